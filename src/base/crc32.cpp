#include "base/crc32.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace rv {
namespace {

// Made on first use: as constants they would be 1 KB of the download, which does not compress.
using Table = std::array<std::uint32_t, 256>;

const Table& table() noexcept {
  static Table table;
  if (table[1] != 0) return table;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    table[byte] = crc;
  }
  return table;
}

[[gnu::noinline]] std::uint32_t crc32_bytes(std::uint32_t crc,
                                            std::span<const std::byte> bytes) noexcept {
  const Table& t = table();
  for (const std::byte byte : bytes)
    crc = (crc >> 8) ^ t[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
  return crc;
}

// Long runs are folded first. With y = x^128, y^300 = y^155 + y^117 + y^89 + 1 modulo the
// polynomial: a block of 16 bytes may be taken out of the message where it is added to the blocks
// 145, 183, 211 and 300 behind it, which leaves only the last 300 for the table.
using Block [[gnu::vector_size(16)]] = std::uint32_t;
constexpr std::size_t kFar = 300;
constexpr std::size_t kStep = 1024;  // blocks

// out[i] becomes block i of `from`, and what was taken out before it: `taken` ends with block i - 1
// where `out` is `taken` + kFar. Entered once per 16 KB, so that V8 replaces its baseline code
// (ARCHITECTURE.md, "Hot loops").
[[gnu::noinline]] void fold(const std::byte* from, std::size_t blocks, const Block* taken,
                            Block* out) noexcept {
  for (std::size_t i = 0; i < blocks; ++i)
    out[i] = load_le<Block>(from + sizeof(Block) * i) ^ taken[i] ^ taken[i + 89] ^ taken[i + 117] ^
             taken[i + 155];
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  crc = ~crc;
  if (std::size_t blocks = bytes.size() / sizeof(Block); blocks >= kFar) {
    static Block taken[kFar + kStep];
    std::fill_n(taken, kFar, Block{});
    taken[0][0] = crc;  // is added to the first block only
    const auto fold_next = [&](std::size_t count, Block* out) {
      fold(bytes.data(), count, taken, out);
      bytes = bytes.subspan(sizeof(Block) * count);
    };
    for (std::size_t step; blocks > kFar; blocks -= step) {
      step = std::min(blocks - kFar, kStep);
      fold_next(step, taken + kFar);
      std::copy_n(taken + step, kFar, taken);
    }
    std::fill_n(taken + kFar, kFar, Block{});
    fold_next(kFar, taken);
    crc = crc32_bytes(0, std::as_bytes(std::span(taken, kFar)));
  }
  return ~crc32_bytes(crc, bytes);
}

}  // namespace rv
