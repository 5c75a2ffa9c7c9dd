// CRC-32 (ISO-HDLC: reflected polynomial 0xEDB88320, the CRC of zlib and PNG). Detects damage;
// it is not a defence against forgery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rv {

// Continues `crc` over `bytes`; start with 0. crc32(crc32(0, a), b) == crc32(0, a ++ b).
std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept;

}  // namespace rv
