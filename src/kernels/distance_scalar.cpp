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
float row_scalar(std::span<const std::byte> query, const std::byte* row, Term term) noexcept {
  float acc[kLanes] = {};
  for (std::size_t i = 0; i < query.size() / 4; ++i)
    acc[i % kLanes] += term(load_le<float>(query.data() + 4 * i), load_le<float>(row + 4 * i));
  return add_lanes(acc);
}

float differing_bits(std::span<const std::byte> query, const std::byte* row) noexcept {
  std::uint32_t bits = 0;
  std::size_t i = 0;
  for (; i + 8 <= query.size(); i += 8)
    bits += static_cast<std::uint32_t>(
        std::popcount(load_le<std::uint64_t>(query.data() + i) ^ load_le<std::uint64_t>(row + i)));
  for (; i < query.size(); ++i)
    bits +=
        static_cast<std::uint32_t>(std::popcount(std::to_integer<std::uint8_t>(query[i] ^ row[i])));
  return static_cast<float>(bits);
}

}  // namespace

void l2sq_scalar(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
                 float& out_x, float& out_y) noexcept {
  const auto term = [](float q, float v) noexcept { return (q - v) * (q - v); };
  out_x = row_scalar(query, x, term);
  out_y = row_scalar(query, y, term);
}

void dot_scalar(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
                float& out_x, float& out_y) noexcept {
  const auto term = [](float q, float v) noexcept { return q * v; };
  out_x = row_scalar(query, x, term);
  out_y = row_scalar(query, y, term);
}

void manhattan_scalar(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
                      float& out_x, float& out_y) noexcept {
  const auto term = [](float q, float v) noexcept { return std::fabs(q - v); };
  out_x = row_scalar(query, x, term);
  out_y = row_scalar(query, y, term);
}

void hamming(std::span<const std::byte> query, const std::byte* x, const std::byte* y, float& out_x,
             float& out_y) noexcept {
  out_x = differing_bits(query, x);
  out_y = differing_bits(query, y);
}

Kernel* kernel_of(Metric metric) noexcept {
  static constexpr Kernel* kKernels[kMetricCount] = {dot, dot, l2sq, manhattan, hamming};
  return kKernels[static_cast<std::size_t>(metric)];
}

#if !defined(__wasm_simd128__)
void l2sq(std::span<const std::byte> query, const std::byte* x, const std::byte* y, float& out_x,
          float& out_y) noexcept {
  l2sq_scalar(query, x, y, out_x, out_y);
}

void dot(std::span<const std::byte> query, const std::byte* x, const std::byte* y, float& out_x,
         float& out_y) noexcept {
  dot_scalar(query, x, y, out_x, out_y);
}

void manhattan(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
               float& out_x, float& out_y) noexcept {
  manhattan_scalar(query, x, y, out_x, out_y);
}
#endif

}  // namespace rv
