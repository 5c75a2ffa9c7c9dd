// Which attention fits the queries of a pattern: by what is measured of them, not by trial.
//
// Two halves. Signals are measured over the last queries; a decision is a function of the last
// decision and of the signals alone, so a log of both can be checked, or replayed, from any point.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "dag/attention.h"

namespace rv {

// What is known of a query, and since the one before it.
struct QueryObservation {
  double tension = 0;  // of CandidateFlow
  double latency = 0;  // >= 0, in any unit, counted work too
  double writes = 0;   // >= 0: records written since the last query
  double time = 0;     // seconds of any clock that does not go back
  double branches = 0;
  double depth = 0;
  double bin = 1;  // > 0, seconds that count as one moment for rhythms; always the same
};

struct Signals {
  double tension = 0;        // of the last query
  double tension_slope = 0;  // a query, over the last 16; 0 before there are as many
  double tail_ratio = 1;     // 99th percentile of latency by the median, of the last 100
  double write_share = 0;    // writes / (writes + queries), over the last 100
  double periodicity = 0;    // greatest autocorrelation of queries a bin, at lags of 2 to 64 bins
  double branches = 0;
  double depth = 0;
};

// In this order the first that holds decides; where none does it is kTopological.
enum class Trigger : std::uint8_t {
  kTension = 0,   // enter > 0.7, leave < 0.5; or slope > 0.02: kMinCutGated
  kTail = 1,      // enter > 2, leave < 1.6: kCriticalPath
  kBranches = 2,  // > 3: kParallelBranch
  kDepth = 3,     // > 10: kLorentz
  kWrites = 4,    // enter > 0.5, leave < 0.4: kCausalCone
  kRhythm = 5,    // > 0.5: kBtsp
};
constexpr std::uint32_t kTriggers = 6;

constexpr std::uint8_t kDwell = 16;  // queries before another change

struct Decision {
  Mechanism mechanism = Mechanism::kTopological;
  std::uint8_t triggers = 0;  // bit i: Trigger i holds
  std::uint8_t queries = 0;   // since the last change, this one included; counted up to kDwell
};

// The decision after `last`. The first one of all, whose `queries` are 0, waits for nothing.
Decision decide(const Decision& last, const Signals& signals) noexcept;

// Of one pattern of queries. Plain data: a copy of its bytes is a snapshot.
class Selector {
 public:
  // kInvalidArgument: a number is outside its range or the time went back; nothing has changed.
  Status observe(const QueryObservation& query) noexcept;

  const Signals& signals() const noexcept { return signals_; }
  const Decision& decision() const noexcept { return decision_; }

 private:
  static constexpr std::uint32_t kSlope = 16, kWindow = 100, kBins = 256, kLags = 64;

  void observe_latency(double latency) noexcept;
  void observe_time(double time, double bin) noexcept;
  double periodicity() const noexcept;

  Signals signals_;
  Decision decision_;
  double begin_ = 0;  // of the bin that is open
  std::uint32_t queries_ = 0;
  std::uint32_t bins_ = 0;          // that are closed
  double tensions_[kSlope] = {};    // ring
  double latencies_[kWindow] = {};  // ring
  double sorted_[kWindow] = {};     // the same latencies
  double writes_[kWindow] = {};     // ring
  double written_ = 0;
  std::uint32_t counts_[kBins] = {};  // ring of queries a closed bin, and of the open one
};

}  // namespace rv
