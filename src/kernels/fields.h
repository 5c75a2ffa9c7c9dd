// Unsigned integers of 1 to 7 bits, packed into fields of 4, 2 and 1 bits: 7 is 4 + 2 + 1. Shift
// and mask yield the fields of 16 integers at once. Exact in every build.
//
// For each field, the highest bits first: 16 bytes for every 16 * (8 / width) integers; the first
// 16 integers are the lowest `width` bits of the bytes, the next 16 the bits above. `count` is a
// multiple of 16. Callers see signed codes: the integer less 2^(bits - 1).
#pragma once

#include "kernels/int8.h"

namespace rv {

std::size_t field_bytes(std::size_t count, unsigned bits) noexcept;

void pack_fields(const std::int8_t* codes, std::size_t count, unsigned bits,
                 std::byte* fields) noexcept;

// The codes of the integers begin to begin + size. Pre: begin is a multiple of 128, size of 16.
void unpack_fields(const std::byte* fields, std::size_t count, unsigned bits, std::size_t begin,
                   std::size_t size, std::int8_t* codes) noexcept;

// Of the unsigned integers.
CodeKernel dot_fields;

}  // namespace rv
