#include "base/crc32.h"

#include <array>

#include "base/bytes.h"

namespace rv {
namespace {

// "Slicing-by-8" (Kounavis & Berry 2005): eight tables let one step take eight bytes. The tables
// are made on first use: as constants they would be 8 KB of the download, which do not compress.
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

const Tables& tables() noexcept {
  static Tables tables;
  if (tables[0][1] != 0) return tables;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  return tables;
}

// Entered once per 64 KB, so that V8 replaces its baseline code after the first blocks
// (ARCHITECTURE.md, "Hot loops").
[[gnu::noinline]] std::uint32_t crc32_block(const Tables& t, std::uint32_t crc,
                                            std::span<const std::byte> bytes) noexcept {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint32_t low = load_le<std::uint32_t>(at) ^ crc;
    const std::uint32_t high = load_le<std::uint32_t>(at + 4);
    crc = t[7][low & 0xFF] ^ t[6][low >> 8 & 0xFF] ^ t[5][low >> 16 & 0xFF] ^ t[4][low >> 24] ^
          t[3][high & 0xFF] ^ t[2][high >> 8 & 0xFF] ^ t[1][high >> 16 & 0xFF] ^ t[0][high >> 24];
  }
  for (; left > 0; ++at, --left)
    crc = (crc >> 8) ^ t[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xFF];
  return crc;
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  constexpr std::size_t kBlock = 65536;
  const Tables& t = tables();
  crc = ~crc;
  while (bytes.size() > kBlock) {
    crc = crc32_block(t, crc, bytes.first(kBlock));
    bytes = bytes.subspan(kBlock);
  }
  return ~crc32_block(t, crc, bytes);
}

}  // namespace rv
