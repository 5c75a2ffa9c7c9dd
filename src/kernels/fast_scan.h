// Estimates, or lower bounds, for a block of 32 rows of one-bit codes by table look-up. A leaf: no
// allocation, no failure, any alignment, the same floats in every build.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rv {

// A block: `groups` times 16 bytes, a nibble a row; then three times 32 floats: terms, factors, and
// errors. Even bytes are of the rows 0-7, odd ones of 8-15, and their high
// nibbles of 16-31: so sums of pairs of bytes come apart in order.
constexpr std::uint32_t kScanRows = 32;

constexpr std::uint32_t scan_byte(std::uint32_t row) noexcept { return row % 8 * 2 + row / 8 % 2; }
constexpr std::uint32_t scan_shift(std::uint32_t row) noexcept { return row / 16 % 2 * 4; }

struct ScanTable {
  // estimate = ((term + row term) + row factor * (sum * scale + offset)) - row error * slack
  float term;
  float scale;
  float offset;
  float slack;
  // `groups` times 16 bytes follow: the table of group g says for each nibble what it adds to sum.
};

// Writes 32 estimates and returns a bit for each that is at most `limit`. Pre: groups is even;
// entries are at most 127; no sum passes 65535. Call it through a pointer (ARCHITECTURE.md, "Hot
// loops").
using ScanKernel = std::uint32_t(const std::byte* block, std::size_t groups, const ScanTable& query,
                                 const std::uint8_t* table, float limit, float* estimates) noexcept;
ScanKernel fast_scan;

}  // namespace rv
