#include "index/hnsw/twins.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "index/hnsw/hnsw.h"

namespace rv {
namespace {

std::size_t hash(std::span<const std::byte> code) noexcept {
  std::uint64_t hash = 0, rest = 0;
  const std::byte* at = code.data();
  for (std::size_t left = code.size(); left > 0; left -= std::min<std::size_t>(left, 8), at += 8) {
    if (left < 8) at = static_cast<std::byte*>(std::memcpy(&rest, at, left));
    hash = (hash ^ load_le<std::uint64_t>(at)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
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
  std::ranges::fill(slots_.span(), kNone);
  for (std::uint32_t row = 0; row < graph.rows(); ++row)
    if (graph.takes_twins(row)) static_cast<void>(find_or_add(graph, codec, row));
}

// Where the node of this code is, or where it would be added.
std::uint32_t& Twins::slot(const Hnsw& graph, const Codec& codec,
                           std::span<const std::byte> code) noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash(code) & mask;; at = (at + 1) & mask)
    if (slots_[at] == kNone ||
        (graph.takes_twins(slots_[at]) && std::ranges::equal(codec.code(slots_[at]), code)))
      return slots_[at];
}

std::uint32_t Twins::find(const Hnsw& graph, const Codec& codec,
                          std::span<const std::byte> code) noexcept {
  if (stale_) rebuild(graph, codec);
  return slot(graph, codec, code);
}

std::uint32_t Twins::find_or_add(const Hnsw& graph, const Codec& codec,
                                 std::uint32_t row) noexcept {
  // Slots of nodes that were removed stay until too many are in use.
  if (stale_ || used_ + used_ / 4 >= slots_.size()) rebuild(graph, codec);
  std::uint32_t& node = slot(graph, codec, codec.code(row));
  if (node == kNone) {
    node = row;
    ++used_;
  }
  return node;
}

}  // namespace rv
