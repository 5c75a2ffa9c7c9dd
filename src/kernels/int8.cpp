#include "kernels/int8.h"

#include <algorithm>

#include "base/bytes.h"
#include "kernels/floats.h"
#include "kernels/lanes_dot.h"

namespace rv {
namespace {

std::int32_t total(I32x4 sum, const std::byte* row_end) noexcept {
  return add_lanes(sum) - kQueryBias * load_le<std::int32_t>(row_end);
}

}  // namespace

void dot_i8(const std::int8_t* query, std::size_t count, unsigned,
            std::span<const std::byte* const> rows, std::int32_t* sums) noexcept {
  // Four rows share the loads of the query. The last ones are repeated where there are fewer, which
  // takes as long as doing them alone.
  for (std::size_t r = 0; r < rows.size(); r += 4) {
    const std::size_t last = rows.size() - 1;
    const std::byte *r0 = rows[r], *r1 = rows[std::min(r + 1, last)],
                    *r2 = rows[std::min(r + 2, last)], *r3 = rows[std::min(r + 3, last)];
    I32x4 s0 = {}, s1 = {}, s2 = {}, s3 = {};
    for (std::size_t i = 0; i < count; i += 16) {
      const QueryLanes q(query + i);
      s0 = q.add_row(s0, r0 + i);
      s1 = q.add_row(s1, r1 + i);
      s2 = q.add_row(s2, r2 + i);
      s3 = q.add_row(s3, r3 + i);
    }
    // Repeated rows repeat the last sum.
    sums[std::min(r + 3, last)] = total(s3, r3 + count);
    sums[std::min(r + 2, last)] = total(s2, r2 + count);
    sums[std::min(r + 1, last)] = total(s1, r1 + count);
    sums[r] = total(s0, r0 + count);
  }
}

float quantize(std::span<const float> values, int limit, std::int8_t* codes) noexcept {
  const float largest = measure(values).largest;
  if (largest < 1e-30f) {  // its inverse would overflow
    std::fill_n(codes, values.size(), std::int8_t{0});
    return 0;
  }
  const float inverse = static_cast<float>(limit) / largest;
  for (std::size_t i = 0; i < values.size(); i += 4)
    store_bytes(codes + i, round_lanes(load_lanes<F32x4>(&values[i]) * inverse));
  return largest / static_cast<float>(limit);
}

std::int32_t add_codes(const std::int8_t* codes, std::size_t count) noexcept {
  I32x4 sum = {};
  for (std::size_t i = 0; i < count; i += 4)
    sum += __builtin_convertvector(load_lanes<I8x4>(codes + i), I32x4);
  return add_lanes(sum);
}

void narrow(const std::int8_t* codes, std::size_t count, int factor, int offset,
            std::int8_t* query) noexcept {
  const auto factors = I16x8{} + static_cast<std::int16_t>(factor);
  const auto offsets = I16x8{} + static_cast<std::int16_t>(offset);
  for (std::size_t i = 0; i < count; i += 8) {
    const auto code = __builtin_convertvector(load_lanes<I8x8>(codes + i), I16x8);
    store_lanes(query + i, __builtin_convertvector((code * factors + offsets) >> 8, I8x8));
  }
}

void widen(const std::int8_t* codes, std::size_t count, float factor, float offset,
           float* values) noexcept {
  for (std::size_t i = 0; i < count; i += 4) {
    const auto code = __builtin_convertvector(load_lanes<I8x4>(codes + i), I32x4);
    store_lanes(values + i, __builtin_convertvector(code, F32x4) * factor + offset);
  }
}

}  // namespace rv
