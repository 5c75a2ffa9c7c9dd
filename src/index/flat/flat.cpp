#include "index/flat/flat.h"

#include <algorithm>
#include <bit>

#include "kernels/distance.h"

namespace rv {
namespace {

// The tile stays in a common L2 cache while the queries pass over it.
constexpr std::size_t kTileBytes = 131072;
constexpr std::uint32_t kTileRows = 256;

struct Tile {
  std::uint32_t first;
  std::uint32_t rows;
};

void rank_tile(const VectorStore& store, const FlatQuery& query, Tile tile,
               std::span<float> out) noexcept {
  const std::size_t row_bytes = store.shape().row_bytes();
  const std::span<const std::byte> vector{query.vector, row_bytes};
  Kernel* const kernel = kernel_of(store.shape().metric);
  // Pairs of rows half a tile apart: two streams from memory are faster than one, if they do not
  // share a page.
  const std::uint32_t half = (tile.rows + 1) / 2;
  for (std::uint32_t i = 0; i < half; ++i) {
    const std::uint32_t j = std::min(i + half, tile.rows - 1);
    kernel(vector, store.row(tile.first + i), store.row(tile.first + j), out[i], out[j]);
  }
  if (store.shape().metric == Metric::kCosine) {
    for (std::uint32_t i = 0; i < tile.rows; ++i)
      out[i] =
          ranked(Metric::kCosine, out[i], query.inverse_norm, store.inverse_norm(tile.first + i));
  } else if (store.shape().metric == Metric::kDot) {
    for (float& value : out) value = ranked(Metric::kDot, value, 1, 1);
  }
}

void offer_tile(const VectorStore& store, const Bitset* accepted, Tile tile,
                std::span<const float> distances, TopK& nearest) noexcept {
  for (std::uint32_t i = 0; i < tile.rows; ++i) {
    if (!nearest.admits(distances[i])) continue;
    const std::uint32_t row = tile.first + i;
    if (accepted != nullptr ? accepted->test(row) : store.is_live(row))
      nearest.offer(distances[i], row);
  }
}

void search_tile(const VectorStore& store, const Bitset* accepted, Tile tile,
                 std::span<FlatQuery> queries) noexcept {
  float distances[kTileRows];
  const std::span<float> out{distances, tile.rows};
  for (FlatQuery& query : queries) {
    rank_tile(store, query, tile, out);
    offer_tile(store, accepted, tile, out, query.nearest);
  }
}

}  // namespace

void flat_search(const VectorStore& store, const Bitset* accepted, std::span<FlatQuery> queries,
                 FlatCost& cost) noexcept {
  const std::size_t row_bytes = store.shape().row_bytes();
  // As the rows of a block, a power of two.
  const auto tile_rows = std::bit_floor(
      static_cast<std::uint32_t>(std::clamp<std::size_t>(kTileBytes / row_bytes, 1, kTileRows)));
  Tile tile{0, 0};
  for (; tile.first < store.rows(); tile.first += tile.rows) {
    tile.rows = std::min({tile_rows, store.rows() - tile.first, store.contiguous_from(tile.first)});
    search_tile(store, accepted, tile, queries);
  }
  cost.distance_evaluations += std::uint64_t{store.rows()} * queries.size();
  cost.bytes_read += std::uint64_t{store.rows()} * row_bytes;
}

}  // namespace rv
