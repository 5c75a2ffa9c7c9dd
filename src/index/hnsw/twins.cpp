#include "index/hnsw/twins.h"

#include <algorithm>
#include <bit>

#include "base/crc32.h"
#include "index/hnsw/hnsw.h"

namespace rv {
namespace {

constexpr std::uint32_t kEmpty = 0xFFFFFFFFu;

bool same_code(const Codec& codec, std::uint32_t a, std::uint32_t b) noexcept {
  return std::ranges::equal(codec.code(a), codec.code(b));
}

}  // namespace

Status Twins::reserve(std::uint32_t rows) noexcept {
  const std::size_t wanted = std::bit_ceil(std::size_t{rows} + rows / 3 + 1);
  if (wanted <= slots_.size()) return Status::kOk;
  if (const Status status = slots_.resize(wanted); status != Status::kOk) return status;
  stale_ = true;
  return Status::kOk;
}

void Twins::rebuild(const Hnsw& graph, const Codec& codec) noexcept {
  stale_ = false;
  used_ = 0;
  std::ranges::fill(slots_.span(), kEmpty);
  for (std::uint32_t row = 0; row < graph.rows(); ++row)
    if (graph.takes_twins(row)) static_cast<void>(find_or_add(graph, codec, row));
}

std::uint32_t Twins::find_or_add(const Hnsw& graph, const Codec& codec,
                                 std::uint32_t row) noexcept {
  // Slots of nodes that were removed stay until too many are in use.
  if (stale_ || used_ + used_ / 4 >= slots_.size()) rebuild(graph, codec);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = crc32(0, codec.code(row)) & mask;
  bool known = false;  // since it had this code before
  for (; slots_[at] != kEmpty; at = (at + 1) & mask) {
    const std::uint32_t node = slots_[at];
    if (node == row)
      known = true;
    else if (graph.takes_twins(node) && same_code(codec, node, row))
      return node;
  }
  if (known) return row;
  slots_[at] = row;
  ++used_;
  return row;
}

}  // namespace rv
