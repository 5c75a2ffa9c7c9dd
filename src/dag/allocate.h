// How a budget is divided.
#pragma once

#include <span>

#include "base/status.h"

namespace rv {

// Each of the out.size() gets `least` and, of what is left, its share, but no more than `most`;
// what is over goes to the others, by their shares, and where all of those have none, in equal
// parts. So the sum is the budget or, if that is smaller, that of `most`. kInvalidArgument: a
// number is negative or none, least > most, or the budget is less than all `least`; `out` is spoilt
// then. Pre: spans of one length.
Status allocate(double budget, std::span<const double> shares, std::span<const double> least,
                std::span<const double> most, std::span<double> out) noexcept;

// The best division over branches that find 1 - e^(-budget / scale) of what is to be found in them,
// of which `weight` is there: budget = scale * max(0, ln(weight / (scale * level))), with one level
// for all, which is found by bisection; within least and most. What has no weight gets its least.
// Sum and errors as above; a scale is above 0.
Status water_fill(double budget, std::span<const double> weights, std::span<const double> scales,
                  std::span<const double> least, std::span<const double> most,
                  std::span<double> out) noexcept;

}  // namespace rv
