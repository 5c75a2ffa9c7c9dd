#include "dag/allocate.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "dag/exponential.h"

namespace rv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Halvings of an interval of doubles, after which nothing is left of it.
constexpr int kHalvings = 100;

// Whether the numbers are as they should be; written so that NaN fails.
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
  double left = budget;
  for (const double each : least) left -= each;
  // Open are those below their most. In each round, those that their share would fill are filled
  // and closed; once none are, all have their share.
  for (bool by_share = true;;) {
    double open = 0;
    bool any = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] >= most[i]) continue;
      any = true;
      open += by_share ? shares[i] : 1;
    }
    if (!any) return Status::kOk;
    if (open == 0) {
      by_share = false;
      continue;
    }
    const double level = std::max(left, 0.0) / open;
    bool filled = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] >= most[i] || out[i] + level * (by_share ? shares[i] : 1) < most[i]) continue;
      left -= most[i] - out[i];
      out[i] = most[i];
      filled = true;
    }
    if (filled) continue;
    for (std::size_t i = 0; i < out.size(); ++i)
      if (out[i] < most[i]) out[i] += level * (by_share ? shares[i] : 1);
    return Status::kOk;
  }
}

Status water_fill(double budget, std::span<const double> weights, std::span<const double> scales,
                  std::span<const double> least, std::span<const double> most,
                  std::span<double> out) noexcept {
  if (!is_sound(budget, weights, least, most)) return Status::kInvalidArgument;
  // Levels are logarithms: at the highest no branch gets more than its least, at the lowest each
  // gets all that it can.
  double high = -kInfinity, low = kInfinity;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!(scales[i] > 0 && scales[i] < kInfinity)) return Status::kInvalidArgument;
    out[i] = weights[i] > 0 ? logarithm(weights[i] / scales[i]) : -kInfinity;
    if (weights[i] == 0) continue;
    high = std::max(high, out[i]);
    low = std::min(low, out[i] - std::min(most[i], budget) / scales[i]);
  }
  if (high < low) high = low = 0;  // nothing is to be found anywhere
  const auto part = [&](std::size_t i, double level) {
    return std::clamp(scales[i] * (out[i] - level), least[i], most[i]);
  };
  for (int halving = 0; halving < kHalvings; ++halving) {
    const double level = (low + high) / 2;
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) sum += part(i, level);
    (sum > budget ? low : high) = level;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = part(i, high);
  return Status::kOk;
}

}  // namespace rv
