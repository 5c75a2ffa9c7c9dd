#include <bit>
#include <cmath>

#include "base/bytes.h"
#include "kernels/distance.h"

namespace rv {
namespace {

constexpr std::size_t kLanes = 16;

float add_lanes(const float (&acc)[kLanes]) noexcept {
  float s[4];
  for (std::size_t j = 0; j < 4; ++j) s[j] = (acc[j] + acc[j + 4]) + (acc[j + 8] + acc[j + 12]);
  return (s[0] + s[2]) + (s[1] + s[3]);
}

template <typename Term>
void rows_scalar(std::span<const std::byte> query, std::span<const std::byte> rows,
                 std::span<float> out, Term term) noexcept {
  const std::size_t dim = query.size() / 4;
  for (std::size_t r = 0; r < out.size(); ++r) {
    const std::byte* row = rows.data() + r * query.size();
    float acc[kLanes] = {};
    for (std::size_t i = 0; i < dim; ++i)
      acc[i % kLanes] += term(load_le<float>(query.data() + 4 * i), load_le<float>(row + 4 * i));
    out[r] = add_lanes(acc);
  }
}

}  // namespace

void l2sq_scalar(std::span<const std::byte> query, std::span<const std::byte> rows,
                 std::span<float> out) noexcept {
  rows_scalar(query, rows, out, [](float q, float x) noexcept { return (q - x) * (q - x); });
}

void dot_scalar(std::span<const std::byte> query, std::span<const std::byte> rows,
                std::span<float> out) noexcept {
  rows_scalar(query, rows, out, [](float q, float x) noexcept { return q * x; });
}

void manhattan_scalar(std::span<const std::byte> query, std::span<const std::byte> rows,
                      std::span<float> out) noexcept {
  rows_scalar(query, rows, out, [](float q, float x) noexcept { return std::fabs(q - x); });
}

void hamming(std::span<const std::byte> query, std::span<const std::byte> rows,
             std::span<float> out) noexcept {
  const std::size_t bytes = query.size();
  for (std::size_t r = 0; r < out.size(); ++r) {
    const std::byte* row = rows.data() + r * bytes;
    std::uint32_t bits = 0;
    std::size_t i = 0;
    for (; i + 8 <= bytes; i += 8)
      bits += static_cast<std::uint32_t>(std::popcount(load_le<std::uint64_t>(query.data() + i) ^
                                                       load_le<std::uint64_t>(row + i)));
    for (; i < bytes; ++i)
      bits += static_cast<std::uint32_t>(
          std::popcount(std::to_integer<std::uint8_t>(query[i] ^ row[i])));
    out[r] = static_cast<float>(bits);
  }
}

Kernel* kernel_of(Metric metric) noexcept {
  static constexpr Kernel* kKernels[kMetricCount] = {dot, dot, l2sq, manhattan, hamming};
  return kKernels[static_cast<std::size_t>(metric)];
}

#if !defined(__wasm_simd128__)
void l2sq(std::span<const std::byte> query, std::span<const std::byte> rows,
          std::span<float> out) noexcept {
  l2sq_scalar(query, rows, out);
}

void dot(std::span<const std::byte> query, std::span<const std::byte> rows,
         std::span<float> out) noexcept {
  dot_scalar(query, rows, out);
}

void manhattan(std::span<const std::byte> query, std::span<const std::byte> rows,
               std::span<float> out) noexcept {
  manhattan_scalar(query, rows, out);
}
#endif

}  // namespace rv
