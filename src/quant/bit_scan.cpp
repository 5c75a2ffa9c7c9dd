#include "quant/bit_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/limits.h"
#include "kernels/floats.h"
#include "kernels/lanes.h"

namespace rv {
namespace {

constexpr std::size_t kColumn = kScanRows * sizeof(float);
constexpr float kLargestEntry = 127, kLargestSum = 65535;

std::size_t groups_of(std::uint32_t dim) noexcept { return std::size_t{dim + 7} / 8 * 2; }

unsigned nibble(const std::byte* block, std::size_t group, std::uint32_t row) noexcept {
  return std::to_integer<unsigned>(block[16 * group + scan_byte(row)] >> scan_shift(row)) & 15;
}

void set_nibble(std::byte* block, std::size_t group, std::uint32_t row, unsigned bits) noexcept {
  std::byte& pair = block[16 * group + scan_byte(row)];
  pair &= ~(std::byte{15} << scan_shift(row));
  pair |= static_cast<std::byte>(bits << scan_shift(row));
}

}  // namespace

BitScan::BitScan(const Center& center, MemoryBudget& budget) noexcept
    : center_(center),
      groups_(groups_of(center.dim())),
      kernel_(fast_scan),
      blocks_(block_bytes(center.dim()), budget) {}

std::size_t BitScan::block_bytes(std::uint32_t dim) noexcept {
  return 16 * groups_of(dim) + 3 * kColumn;
}

std::size_t BitScan::query_bytes() const noexcept { return sizeof(ScanTable) + 16 * groups_; }

Status BitScan::reserve(std::uint32_t rows) noexcept {
  const std::uint32_t before = blocks_.capacity();
  const Status status = blocks_.reserve(blocks_for(rows));
  clear_from(before);
  return status;
}

void BitScan::encode(std::uint32_t row, std::span<const float> rotated, float row_term) noexcept {
  std::byte* block = blocks_.row(row / kScanRows);
  for (std::size_t group = 0; group < groups_; ++group) {
    unsigned bits = 0;
    for (unsigned i = 0; i < 4; ++i)
      bits |= static_cast<unsigned>(!std::signbit(rotated[4 * group + i])) << i;
    set_nibble(block, group, row, bits);
  }
  // With z the signs and s the cosine of r and z: mul = |r|^2 / <r, z>, back = <r, z> / dim,
  // s^2 = back / mul, and error = |r| sqrt((1 - s^2) / s^2 / (dim - 1)).
  const Magnitudes size = measure(rotated.first(padded(center_.dim())));
  const float dim = static_cast<float>(center_.dim()), back = size.sum / dim;
  const float mul = size.squares > 1e-36f ? size.squares / size.sum : 0;
  const float excess = mul * (mul - back) * dim / std::max(dim - 1, 1.0f);
  set_factors(row, {center_.is_dot() ? 0 : row_term, mul, excess > 0 ? std::sqrt(excess) : 0});
}

void BitScan::move(std::uint32_t to, std::uint32_t from) noexcept {
  for (std::size_t group = 0; group < groups_; ++group)
    set_nibble(blocks_.row(to / kScanRows), group, to,
               nibble(blocks_.row(from / kScanRows), group, from));
  set_factors(to, {*factor(from, 0), *factor(from, 1), *factor(from, 2)});
}

void BitScan::shrink(std::uint32_t rows) noexcept {
  blocks_.shrink(blocks_for(rows));
  // What is left is as reserve() makes it.
  for (; rows % kScanRows != 0 && rows / kScanRows < blocks_.capacity(); ++rows) {
    for (std::size_t group = 0; group < groups_; ++group)
      set_nibble(blocks_.row(rows / kScanRows), group, rows, 0);
    set_factors(rows, {});
  }
  clear_from(rows / kScanRows);
}

void BitScan::clear_from(std::uint32_t block) noexcept {
  for (; block < blocks_.capacity(); ++block)
    std::memset(blocks_.row(block), 0, blocks_.row_bytes());
}

Status BitScan::validate_block(std::uint32_t block) const noexcept {
  // A residual is at most twice as long as the longest vector, and factors no more than that.
  constexpr float kLongest = static_cast<float>(3 * kMaxNorm);
  const float* factors = factor(block * kScanRows, 0);
  for (std::size_t i = 0; i < 3 * kScanRows; ++i) {
    const float largest = i < kScanRows ? kLongest * kLongest : kLongest;
    if (!(factors[i] >= 0 && factors[i] <= largest)) return Status::kFormatChecksum;
  }
  return Status::kOk;
}

void BitScan::prepare(std::span<const float> v, float query_term, float deviations,
                      std::byte* query) const noexcept {
  // A nibble stands for four signs, so entries are sums of components' magnitudes: of positive ones
  // whose bit is set, of negative ones whose bit is not. <v, signs> = 2 * sum of entries - sum |v|.
  const std::span<const float> all = v.first(4 * groups_);
  const Magnitudes size = measure(all);
  float largest = 0;  // group
  for (std::size_t i = 0; i < all.size(); i += 4)
    largest = std::max(largest, add_lanes(magnitude(load_lanes<F32x4>(&all[i]))));
  ScanTable table = {query_term, 0, 0, -center_.weight() * std::sqrt(size.squares) * deviations};
  float scale = 0;
  if (largest > 1e-30f) {
    // Entries are rounded: half of one each is left of the room for their sum.
    const float room = kLargestSum - static_cast<float>(groups_);
    scale = std::min(kLargestEntry / largest, room / size.sum);
    table.scale = 2 * center_.weight() / scale;
    table.offset = -center_.weight() * size.sum;
  }
  store_le(query, table);

  std::byte* entries = query + sizeof table;
  for (std::size_t i = 0; i < all.size(); i += 4) {
    // The entry of no bit is the magnitude of what is negative; each bit adds its component.
    const F32x4 x = load_lanes<F32x4>(&all[i]) * scale, zero = {};
    const F32x4 low = add_lanes(x < zero ? -x : zero) +
                      __builtin_shufflevector(x, zero, 4, 0, 4, 0) +
                      __builtin_shufflevector(x, zero, 4, 4, 1, 1);
    const F32x4 high[] = {low, low + x[2], low + x[3], low + x[2] + x[3]};
    for (const F32x4 four : high) {
      store_bytes(entries, round_lanes(four));
      entries += 4;
    }
  }
}

std::uint32_t BitScan::scan(const std::byte* query, std::uint32_t begin, std::uint32_t end,
                            const std::uint32_t* live, TopK& candidates) const noexcept {
  const auto table = load_le<ScanTable>(query);
  std::uint32_t scanned = 0;
  for (std::uint32_t row = begin; row < end; row += kScanRows) {
    std::uint32_t wanted = live == nullptr ? ~0u : live[row / kScanRows];
    if (end - row < kScanRows) wanted &= (1u << (end - row)) - 1;
    if (wanted == 0) continue;
    scanned += static_cast<std::uint32_t>(std::popcount(wanted));
    float estimates[kScanRows];
    wanted &= kernel_(blocks_.row(row / kScanRows), groups_, table,
                      reinterpret_cast<const std::uint8_t*>(query + sizeof table),
                      candidates.is_full() ? candidates.worst() : INFINITY, estimates);
    for (; wanted != 0; wanted &= wanted - 1) {
      const auto lane = static_cast<std::uint32_t>(std::countr_zero(wanted));
      candidates.offer(estimates[lane], row + lane);
    }
  }
  return scanned;
}

const float* BitScan::factor(std::uint32_t row, unsigned which) const noexcept {
  const std::byte* columns = blocks_.row(row / kScanRows) + 16 * groups_;
  return reinterpret_cast<const float*>(columns) + which * kScanRows + row % kScanRows;
}

void BitScan::set_factors(std::uint32_t row, Factors factors) noexcept {
  float* first = const_cast<float*>(factor(row, 0));
  first[0] = factors.term;
  first[kScanRows] = factors.mul;
  first[2 * kScanRows] = factors.error;
}

}  // namespace rv
