// The f32 kernels in WebAssembly SIMD; distance.h has the lane order, distance_scalar.cpp the
// reference. Empty in builds without simd128.
#if defined(__wasm_simd128__)

#include <cmath>
#include <cstring>

#include "kernels/distance.h"
#include "kernels/lanes.h"

namespace rv {
namespace {

// Of floats, or of lanes of them.
struct L2sq {
  template <typename T>
  static T term(T q, T x) noexcept {
    return (q - x) * (q - x);
  }
};

struct Dot {
  template <typename T>
  static T term(T q, T x) noexcept {
    return q * x;
  }
};

struct Manhattan {
  static F32x4 term(F32x4 q, F32x4 x) noexcept { return magnitude(q - x); }
  static float term(float q, float x) noexcept { return std::fabs(q - x); }
};

// The sum of a row's sixteen, after what is left of the row is added to them.
template <typename Op>
[[gnu::noinline]] float finish(float* sums, const float* q, const float* x,
                               std::size_t left) noexcept {
  for (std::size_t i = 0; i < left; ++i)
    sums[i] += Op::term(load_lanes<float>(q + i), load_lanes<float>(x + i));
  return add_lanes((load_lanes<F32x4>(sums) + load_lanes<F32x4>(sums + 4)) +
                   (load_lanes<F32x4>(sums + 8) + load_lanes<F32x4>(sums + 12)));
}

template <typename Op>
void two_rows(std::span<const std::byte> query, const std::byte* row_x, const std::byte* row_y,
              float& out_x, float& out_y) noexcept {
  // Of any alignment: the pointers are only ever given to load_lanes().
  const auto* q = reinterpret_cast<const float*>(query.data());
  const auto* x = reinterpret_cast<const float*>(row_x);
  const auto* y = reinterpret_cast<const float*>(row_y);
  F32x4 x0 = {}, x1 = {}, x2 = {}, x3 = {}, y0 = {}, y1 = {}, y2 = {}, y3 = {};
  std::size_t left = query.size() / 4;
  for (; left >= 16; left -= 16, q += 16, x += 16, y += 16) {
    const auto q0 = load_lanes<F32x4>(q), q1 = load_lanes<F32x4>(q + 4);
    const auto q2 = load_lanes<F32x4>(q + 8), q3 = load_lanes<F32x4>(q + 12);
    x0 += Op::term(q0, load_lanes<F32x4>(x));
    y0 += Op::term(q0, load_lanes<F32x4>(y));
    x1 += Op::term(q1, load_lanes<F32x4>(x + 4));
    y1 += Op::term(q1, load_lanes<F32x4>(y + 4));
    x2 += Op::term(q2, load_lanes<F32x4>(x + 8));
    y2 += Op::term(q2, load_lanes<F32x4>(y + 8));
    x3 += Op::term(q3, load_lanes<F32x4>(x + 12));
    y3 += Op::term(q3, load_lanes<F32x4>(y + 12));
  }
  float sums[2][16];
  const F32x4 all[] = {x0, x1, x2, x3, y0, y1, y2, y3};
  std::memcpy(sums, all, sizeof sums);
  out_x = finish<Op>(sums[0], q, x, left);
  out_y = finish<Op>(sums[1], q, y, left);
}

}  // namespace

void l2sq(std::span<const std::byte> query, const std::byte* x, const std::byte* y, float& out_x,
          float& out_y) noexcept {
  two_rows<L2sq>(query, x, y, out_x, out_y);
}

void dot(std::span<const std::byte> query, const std::byte* x, const std::byte* y, float& out_x,
         float& out_y) noexcept {
  two_rows<Dot>(query, x, y, out_x, out_y);
}

void manhattan(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
               float& out_x, float& out_y) noexcept {
  two_rows<Manhattan>(query, x, y, out_x, out_y);
}

}  // namespace rv

#endif
