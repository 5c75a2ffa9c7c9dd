// The exponential, the logarithm, and points of the circle: the same bits on every host, and
// without the tables of a libm.
#pragma once

namespace rv {

// e^x within a few units in the last place; 0 below -708.
double exponential(double x) noexcept;

// ln x within a few units of 1e-16 times max(1, |ln x|). Pre: x is normal and > 0.
double logarithm(double x) noexcept;

// The point of the unit circle after `turns` turns from (1, 0), within 1e-15. Pre: |turns| < 2^50.
struct CirclePoint {
  double x, y;  // cosine, sine
};
CirclePoint circle_point(double turns) noexcept;

}  // namespace rv
