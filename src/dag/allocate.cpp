#include "dag/allocate.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/exponential.h"

namespace rv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Levels and what they are multiplied with stay finite.
constexpr double kHighest = 1e200;

// What is divided, part by part: start + level * slope, within least and most, at one level for
// all.
struct Division {
  std::span<const double> slopes;  // or none: 1
  std::span<const double> least;
  std::span<const double> most;
  std::span<double> out;  // the starts, then the parts; -infinity gets its least

  double slope(std::size_t i) const noexcept { return slopes.empty() ? 1 : slopes[i]; }
  double part(std::size_t i, double level) const noexcept {
    return std::clamp(out[i] + level * slope(i), least[i], most[i]);
  }
  double sum(double level) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) sum += part(i, level);
    return sum;
  }

  // At the greatest level that does not pass the budget, by bisection until no double is between.
  // Returns the sum.
  double fill(double budget) noexcept {
    // Where no part is above its least, and where none can take more.
    double low = kHighest, high = -kHighest;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] == -kInfinity || slope(i) == 0) continue;
      low = std::min(low, (least[i] - out[i]) / slope(i));
      high = std::max(high, (std::min(most[i], budget) - out[i]) / slope(i));
    }
    high = std::min(high, kHighest);
    if (low > high) low = high = 0;  // none takes anything
    if (sum(high) <= budget) low = high;
    for (;;) {
      const double level = low + (high - low) / 2;
      if (level <= low || level >= high) break;
      (sum(level) <= budget ? low : high) = level;
    }
    const double sum_there = sum(low);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = part(i, low);
    return sum_there;
  }
};

// Written so that NaN fails.
bool is_sound(double budget, std::span<const double> shares, std::span<const double> least,
              std::span<const double> most) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (!(shares[i] >= 0 && shares[i] < kInfinity && least[i] >= 0 && least[i] <= most[i]))
      return false;
    sum += least[i];
  }
  return budget < kInfinity && sum <= budget;
}

}  // namespace

Status allocate(double budget, std::span<const double> shares, std::span<const double> least,
                std::span<const double> most, std::span<double> out) noexcept {
  if (!is_sound(budget, shares, least, most)) return Status::kInvalidArgument;
  std::ranges::copy(least, out.begin());
  // What those with a share cannot take is for the others.
  if (Division{shares, least, most, out}.fill(budget) < budget)
    Division{{}, least, most, out}.fill(budget);
  return Status::kOk;
}

Status water_fill(double budget, std::span<const double> weights, std::span<const double> scales,
                  std::span<const double> least, std::span<const double> most,
                  std::span<double> out) noexcept {
  if (!is_sound(budget, weights, least, most)) return Status::kInvalidArgument;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!(scales[i] > 0 && scales[i] < kInfinity)) return Status::kInvalidArgument;
    out[i] = weights[i] > 0 ? scales[i] * logarithm(weights[i] / scales[i]) : -kInfinity;
  }
  Division{scales, least, most, out}.fill(budget);
  return Status::kOk;
}

}  // namespace rv
