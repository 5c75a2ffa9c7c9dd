// Exact search: every live row is compared with every query.
//
// Rows are taken in tiles that stay in the cache while all queries of a batch visit them, so a
// batch reads the vectors from memory once; each (query, row) distance is the same to the last bit
// as in a batch of one.
#pragma once

#include <cstdint>
#include <span>

#include "base/top_k.h"
#include "store/vector_store.h"

namespace rv {

struct FlatQuery {
  const std::byte* vector = nullptr;  // shape().row_bytes() bytes
  float inverse_norm = 1;             // of rv::inverse_norm()
  TopK nearest;                       // what was found so far
};

// Counted work of one call: what plans are judged by, since times are noise.
struct FlatCost {
  std::uint64_t distance_evaluations = 0;
  std::uint64_t bytes_read = 0;  // vector bytes, counted once per tile
};

// Offers every live row, or where `accepted` is given every row in it, to each query by its
// distance, as the metric ranks it. Pre: the queries passed rv::inverse_norm(); the store has its
// vectors.
void flat_search(const VectorStore& store, const Bitset* accepted, std::span<FlatQuery> queries,
                 FlatCost& cost) noexcept;

}  // namespace rv
