#include "index/hnsw/twins.h"

#include <algorithm>
#include <bit>

#include "base/crc32.h"
#include "index/hnsw/hnsw.h"

namespace rv {

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
  std::ranges::fill(slots_.span(), kNone);
  for (std::uint32_t row = 0; row < graph.rows(); ++row)
    if (graph.takes_twins(row)) static_cast<void>(find_or_add(graph, codec, row));
}

std::uint32_t Twins::find(const Hnsw& graph, const Codec& codec,
                          std::span<const std::byte> code) noexcept {
  if (stale_) rebuild(graph, codec);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = crc32(0, code) & mask; slots_[at] != kNone; at = (at + 1) & mask)
    if (graph.takes_twins(slots_[at]) && std::ranges::equal(codec.code(slots_[at]), code))
      return slots_[at];
  return kNone;
}

std::uint32_t Twins::find_or_add(const Hnsw& graph, const Codec& codec,
                                 std::uint32_t row) noexcept {
  // Slots of nodes that were removed stay until too many are in use.
  if (stale_ || used_ + used_ / 4 >= slots_.size()) rebuild(graph, codec);
  if (const std::uint32_t node = find(graph, codec, codec.code(row)); node != kNone) return node;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = crc32(0, codec.code(row)) & mask;
  for (; slots_[at] != kNone; at = (at + 1) & mask)
    if (slots_[at] == row) return row;  // since it had this code before
  slots_[at] = row;
  ++used_;
  return row;
}

}  // namespace rv
