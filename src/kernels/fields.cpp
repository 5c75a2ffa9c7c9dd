#include "kernels/fields.h"

#include <bit>

#include "kernels/lanes_dot.h"

namespace rv {
namespace {

// A field of the integers: those of `width` bits above `shift` others.
struct Field {
  explicit Field(unsigned bits) noexcept { next(bits); }

  // The field of the `left` bits below.
  void next(unsigned left) noexcept {
    width = std::bit_floor(left);
    shift = left - width;
  }

  U8x16 mask() const noexcept { return U8x16{} + static_cast<std::uint8_t>((1u << width) - 1); }

  // Whether 16 integers begin a new 16 bytes. Pre: at is a multiple of 16.
  bool begins(std::size_t at) const noexcept { return at * width % 128 == 0; }

  std::size_t bytes(std::size_t count) const noexcept { return (count * width + 127) / 128 * 16; }

  unsigned width;
  unsigned shift;
};

// Shifts of bytes by way of 16-bit lanes: whoever calls masks what crosses over.
U8x16 shift_right(U8x16 x, unsigned by) noexcept { return U8x16(U16x8(x) >> by); }
U8x16 shift_left(U8x16 x, unsigned by) noexcept { return U8x16(U16x8(x) << by); }

U8x16 zero_code(unsigned bits) noexcept {
  return U8x16{} + static_cast<std::uint8_t>(1u << (bits - 1));
}

}  // namespace

std::size_t field_bytes(std::size_t count, unsigned bits) noexcept {
  std::size_t bytes = 0;
  for (; bits > 0; bits = Field(bits).shift) bytes += Field(bits).bytes(count);
  return bytes;
}

void pack_fields(const std::int8_t* codes, std::size_t count, unsigned bits,
                 std::byte* fields) noexcept {
  for (Field field(bits);; field.next(field.shift)) {
    U8x16 packed = {};
    for (std::size_t i = 0; i < count; i += 16) {
      const U8x16 integers = load_lanes<U8x16>(codes + i) + zero_code(bits);
      const auto below = static_cast<unsigned>(i * field.width % 128 / 16);
      if (below == 0) packed = U8x16{};
      packed |= shift_left(shift_right(integers, field.shift) & field.mask(), below);
      store_lanes(fields + i * field.width / 128 * 16, packed);
    }
    if (field.shift == 0) return;
    fields += field.bytes(count);
  }
}

void unpack_fields(const std::byte* fields, std::size_t count, unsigned bits, std::size_t begin,
                   std::size_t size, std::int8_t* codes) noexcept {
  for (std::size_t i = 0; i < size; i += 16) store_lanes(codes + i, U8x16{} - zero_code(bits));
  for (Field field(bits);; field.next(field.shift)) {
    U8x16 packed = {};
    for (std::size_t i = 0; i < size; i += 16) {
      if (field.begins(i)) packed = load_lanes<U8x16>(fields + (begin + i) * field.width / 8);
      store_lanes(codes + i,
                  load_lanes<U8x16>(codes + i) + shift_left(packed & field.mask(), field.shift));
      packed = shift_right(packed, field.width);
    }
    if (field.shift == 0) return;
    fields += field.bytes(count);
  }
}

void dot_fields(const std::int8_t* query, std::size_t count, unsigned bits,
                std::span<const std::byte* const> rows, std::int32_t* sums) noexcept {
  for (const std::byte* row : rows) {
    std::int32_t total = 0;
    for (Field field(bits);; field.next(field.shift)) {
      I32x4 sum = {};
      U8x16 packed = {};
      for (std::size_t i = 0; i < count; i += 16) {
        if (field.begins(i)) {
          packed = load_lanes<U8x16>(row);
          row += 16;
        }
        sum = QueryLanes(query + i).add_unsigned(sum, packed & field.mask());
        packed = shift_right(packed, field.width);
      }
      total += add_lanes(sum) * (1 << field.shift);
      if (field.shift == 0) break;
    }
    *sums++ = total;
  }
}

}  // namespace rv
