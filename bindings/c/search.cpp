#include <cmath>
#include <cstring>

#include "bindings/c/index.h"

rv_status rv_search(rv_index* index, const void* query, std::uint32_t dimensions, std::uint32_t k,
                    std::uint32_t ef, rv_match* matches, std::uint32_t* found) {
  if (index == nullptr || query == nullptr || matches == nullptr || found == nullptr)
    return RV_INVALID_ARGUMENT;
  rv::Collection& collection = *index->collection;
  const rv::Shape shape = collection.store().shape();
  if (dimensions != shape.dim) return RV_DIMENSION_MISMATCH;
  const bool exact = ef == RV_EXACT;
  if (!exact && ef > RV_MAX_EF) return RV_LIMIT_EXCEEDED;
  if (const rv::Status status = collection.prepare(1, k); status != rv::Status::kOk)
    return rv::c::code(status);
  std::memcpy(collection.queries().data(), query, shape.row_bytes());
  if (const rv::Status status = collection.search(exact, exact ? 0 : ef); status != rv::Status::kOk)
    return rv::c::code(status);
  *found = 0;
  for (const rv::Neighbor& it : collection.neighbors(0)) {
    // The core ranks by squares; their roots, in double, are the distances of the package too.
    const double ranked = it.distance;
    const bool squared = shape.metric == rv::Metric::kEuclidean;
    matches[(*found)++] = {it.row, squared ? std::sqrt(ranked) : ranked};
  }
  return RV_OK;
}
