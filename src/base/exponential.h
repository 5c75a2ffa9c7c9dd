// The exponential and the logarithm: the same bits on every host, and without the tables of a libm.
#pragma once

namespace rv {

// e^x within a few units in the last place; 0 below -708.
double exponential(double x) noexcept;

// ln x within a few units of 1e-16 times max(1, |ln x|). Pre: x is normal and > 0.
double logarithm(double x) noexcept;

}  // namespace rv
