#include "dag/selector.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

struct Threshold {
  double Signals::*signal;
  double enter;  // above it
  double leave;  // below it
  Mechanism mechanism;
};

constexpr Threshold kThresholds[kTriggers] = {
    {&Signals::tension, 0.7, 0.5, Mechanism::kMinCutGated},
    {&Signals::tail_ratio, 2, 1.6, Mechanism::kCriticalPath},
    {&Signals::branches, 3, 4, Mechanism::kParallelBranch},
    {&Signals::depth, 10, 11, Mechanism::kLorentz},
    {&Signals::write_share, 0.5, 0.4, Mechanism::kCausalCone},
    {&Signals::periodicity, 0.5, 0.5, Mechanism::kBtsp},
};
constexpr double kSlopeEnter = 0.02;

}  // namespace

Decision decide(const Decision& last, const Signals& signals) noexcept {
  Decision next{Mechanism::kTopological, 0, last.queries};
  if (next.queries < kDwell) ++next.queries;
  for (std::uint32_t i = kTriggers; i-- > 0;) {
    const Threshold& threshold = kThresholds[i];
    const bool held = (last.triggers >> i & 1) != 0;
    const double signal = signals.*threshold.signal;
    const bool holds = (held ? signal >= threshold.leave : signal > threshold.enter) ||
                       (i == 0 && signals.tension_slope > kSlopeEnter);
    if (!holds) continue;
    next.triggers = static_cast<std::uint8_t>(next.triggers | 1u << i);
    next.mechanism = threshold.mechanism;
  }
  if (next.mechanism == last.mechanism) return next;
  if (last.queries != 0 && last.queries < kDwell)
    next.mechanism = last.mechanism;
  else
    next.queries = 1;
  return next;
}

Status Selector::observe(const QueryObservation& query) noexcept {
  // Written so that NaN fails.
  if (!(query.tension >= 0 && query.tension <= 1 && query.latency >= 0 &&
        query.latency <= kLargest && query.writes >= 0 && query.writes <= kLargest &&
        query.bin > 0 && query.time - query.time == 0 && (queries_ == 0 || query.time >= begin_)))
    return Status::kInvalidArgument;
  signals_.tension = query.tension;
  double& tension = tensions_[queries_ % kSlope];
  signals_.tension_slope = queries_ < kSlope ? 0 : (query.tension - tension) / kSlope;
  tension = query.tension;

  double& writes = writes_[queries_ % kWindow];
  written_ += query.writes - writes;
  writes = query.writes;
  signals_.write_share = written_ / (written_ + std::min(queries_ + 1, kWindow));

  observe_latency(query.latency);
  observe_time(query.time, query.bin);
  signals_.branches = query.branches;
  signals_.depth = query.depth;
  ++queries_;
  decision_ = decide(decision_, signals_);
  return Status::kOk;
}

// The oldest out of the sorted ones, the new one in: by steps, as there are few.
void Selector::observe_latency(double latency) noexcept {
  std::uint32_t count = std::min(queries_, kWindow);
  double& oldest = latencies_[queries_ % kWindow];
  if (count == kWindow) {
    std::uint32_t at = 0;
    while (sorted_[at] != oldest) ++at;
    std::copy(sorted_ + at + 1, sorted_ + count--, sorted_ + at);
  }
  oldest = latency;
  std::uint32_t at = count++;
  for (; at > 0 && sorted_[at - 1] > latency; --at) sorted_[at] = sorted_[at - 1];
  sorted_[at] = latency;
  // Nearest ranks, of whole windows only.
  const double median = sorted_[kWindow / 2 - 1], tail = sorted_[kWindow - 2];
  signals_.tail_ratio = count < kWindow || tail == 0 ? 1 : std::min(tail / median, kLargest);
}

void Selector::observe_time(double time, double bin) noexcept {
  if (queries_ == 0) begin_ = time;
  const double passed = std::floor((time - begin_) / bin);
  if (passed > kBins) {
    // After a silence longer than all bins there is nothing to know.
    std::ranges::fill(counts_, 0u);
    begin_ = time;
    bins_ = 0;
    signals_.periodicity = 0;
  } else if (passed > 0) {
    for (double i = 0; i < passed; ++i) counts_[++bins_ % kBins] = 0;
    begin_ += passed * bin;
    signals_.periodicity = periodicity();
  }
  ++counts_[bins_ % kBins];
}

// Over the closed bins: of products, that many bins apart, of differences from the mean.
double Selector::periodicity() const noexcept {
  // The open bin has the place of the oldest.
  const std::uint32_t count = kBins - 1;
  if (bins_ < count) return 0;
  const auto at = [&](std::uint32_t i) -> double { return counts_[(bins_ + 1 + i) % kBins]; };
  // Of whole numbers, so that where all are the same none differs from it.
  double mean = 0;
  for (std::uint32_t i = 0; i < count; ++i) mean += at(i);
  mean /= count;
  double most = 0, variance = 0;
  for (std::uint32_t lag = 0; lag <= kLags; ++lag) {
    double sum = 0;
    for (std::uint32_t i = lag; i < count; ++i) sum += (at(i) - mean) * (at(i - lag) - mean);
    sum /= count - lag;
    if (lag == 0) variance = sum;
    if (lag >= 2) most = std::max(most, sum);
  }
  return variance > 0 ? most / variance : 0;
}

}  // namespace rv
