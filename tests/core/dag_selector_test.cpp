// dag/selector: the whole truth table, signals against their definitions, and what must not flap.
#include <deque>

#include "core/dag_model.h"
#include "dag/selector.h"

namespace rv::test {
namespace {

// Signals of which just these triggers hold, wherever they were before.
Signals signals_of(std::uint32_t triggers) {
  const auto holds = [&](Trigger trigger) {
    return (triggers >> static_cast<std::uint32_t>(trigger) & 1) != 0;
  };
  Signals signals;
  signals.tension = holds(Trigger::kTension) ? 0.9 : 0.1;
  signals.tail_ratio = holds(Trigger::kTail) ? 3 : 1;
  signals.branches = holds(Trigger::kBranches) ? 4 : 3;
  signals.depth = holds(Trigger::kDepth) ? 11 : 10;
  signals.write_share = holds(Trigger::kWrites) ? 0.6 : 0.1;
  signals.periodicity = holds(Trigger::kRhythm) ? 0.8 : 0.2;
  return signals;
}

// The policy, as it is written.
Mechanism policy(std::uint32_t triggers) {
  if ((triggers & 1) != 0) return Mechanism::kMinCutGated;
  if ((triggers & 2) != 0) return Mechanism::kCriticalPath;
  if ((triggers & 4) != 0) return Mechanism::kParallelBranch;
  if ((triggers & 8) != 0) return Mechanism::kLorentz;
  if ((triggers & 16) != 0) return Mechanism::kCausalCone;
  if ((triggers & 32) != 0) return Mechanism::kBtsp;
  return Mechanism::kTopological;
}

TEST_CASE("of all 64 sets of triggers the first decides, from each of them before") {
  for (std::uint32_t before = 0; before < 64; ++before)
    for (std::uint32_t now = 0; now < 64; ++now) {
      const Decision first = decide({}, signals_of(before));
      REQUIRE(first.triggers == before);
      REQUIRE(first.mechanism == policy(before));
      REQUIRE(first.queries == 1);
      Decision last = first;
      for (int i = 1; i < kDwell; ++i) {
        last = decide(last, signals_of(now));
        REQUIRE(last.triggers == now);
        REQUIRE(last.mechanism == first.mechanism);
      }
      last = decide(last, signals_of(now));
      REQUIRE(last.mechanism == policy(now));
      REQUIRE(last.queries == (policy(now) == policy(before) ? kDwell : 1));
    }
}

TEST_CASE("what holds goes on to hold until it is well below where it began") {
  struct Case {
    double Signals::*signal;
    double enter, leave;
    std::uint32_t bit;
  };
  for (const Case& c : {Case{&Signals::tension, 0.7, 0.5, 1}, Case{&Signals::tail_ratio, 2, 1.6, 2},
                        Case{&Signals::write_share, 0.5, 0.4, 16}}) {
    Signals signals = signals_of(0);
    const auto held = [&](double value, bool before) {
      signals.*c.signal = value;
      return decide({Mechanism::kTopological, std::uint8_t(before ? c.bit : 0), 1}, signals)
                 .triggers == c.bit;
    };
    CHECK_FALSE(held(c.enter, false));
    CHECK(held(c.enter + 1e-9, false));
    CHECK(held(c.enter, true));
    CHECK(held(c.leave, true));
    CHECK_FALSE(held(c.leave - 1e-9, true));
  }
  Signals rising = signals_of(0);
  rising.tension_slope = 0.02;
  CHECK(decide({}, rising).mechanism == Mechanism::kTopological);
  rising.tension_slope = 0.021;
  CHECK(decide({}, rising).mechanism == Mechanism::kMinCutGated);
}

TEST_CASE("a square wave faster than the dwell changes the choice at most once a dwell") {
  for (int half = 1; half <= 8; ++half) {
    Selector selector;
    Mechanism last = Mechanism::kTopological;
    std::vector<int> changes;
    for (int i = 0; i < 400; ++i) {
      QueryObservation query;
      query.tension = i / half % 2 == 0 ? 1 : 0;
      REQUIRE(selector.observe(query) == Status::kOk);
      if (selector.decision().mechanism != last) changes.push_back(i);
      last = selector.decision().mechanism;
    }
    for (std::size_t i = 1; i < changes.size(); ++i) REQUIRE(changes[i] - changes[i - 1] >= kDwell);
    REQUIRE(changes.size() <= 400 / kDwell + 1);
    REQUIRE(changes.size() > 1);
  }
}

TEST_CASE("noise around a threshold changes nothing") {
  Selector selector;
  Random random(351);
  int changes = 0;
  Mechanism last = Mechanism::kMinCutGated;
  for (int i = 0; i < 2000; ++i) {
    QueryObservation query;
    query.tension = i < 20 ? 1 : random.between(0.55f, 0.85f);
    REQUIRE(selector.observe(query) == Status::kOk);
    if (selector.decision().mechanism != last) ++changes;
    last = selector.decision().mechanism;
  }
  CHECK(changes == 0);
}

// The signals by their definitions, from all that was observed.
struct Oracle {
  std::vector<QueryObservation> seen;

  double slope() const {
    const std::size_t n = seen.size();
    return n <= 16 ? 0 : (seen[n - 1].tension - seen[n - 17].tension) / 16;
  }
  double tail_ratio() const {
    if (seen.size() < 100) return 1;
    Numbers sorted;
    for (std::size_t i = seen.size() - 100; i < seen.size(); ++i) sorted.push_back(seen[i].latency);
    std::ranges::sort(sorted);
    if (sorted[98] == 0) return 1;
    return std::min(sorted[98] / sorted[49], 1e100);
  }
  double write_share() const {
    double writes = 0;
    const std::size_t count = std::min<std::size_t>(seen.size(), 100);
    for (std::size_t i = seen.size() - count; i < seen.size(); ++i) writes += seen[i].writes;
    return writes / (writes + double(count));
  }
  using Numbers = std::vector<double>;
};

TEST_CASE("signals are what they say, over the last queries") {
  Random random(352);
  for (int run = 0; run < 5; ++run) {
    Selector selector;
    Oracle oracle;
    for (int i = 0; i < 500; ++i) {
      QueryObservation query;
      query.tension = random.between(0, 1);
      query.latency = random.one_in(20) ? random.below(500) : random.below(10);
      query.writes = random.one_in(3) ? random.below(6) : 0;
      query.branches = random.below(6);
      query.depth = random.below(15);
      oracle.seen.push_back(query);
      REQUIRE(selector.observe(query) == Status::kOk);
      const Signals& signals = selector.signals();
      REQUIRE(signals.tension == query.tension);
      REQUIRE(signals.tension_slope == doctest::Approx(oracle.slope()).epsilon(1e-12));
      REQUIRE(signals.tail_ratio == doctest::Approx(oracle.tail_ratio()).epsilon(1e-12));
      REQUIRE(signals.write_share == doctest::Approx(oracle.write_share()).epsilon(1e-12));
      REQUIRE(signals.branches == query.branches);
      REQUIRE(signals.depth == query.depth);
      REQUIRE(signals.periodicity == 0);
    }
  }
}

// The greatest of the autocorrelations of the last 255 whole bins.
double rhythm_of(const std::vector<double>& times, double now, double bin) {
  const auto open = std::uint32_t(std::floor((now - times[0]) / bin));
  if (open < 255) return 0;
  std::vector<double> counts(255);
  for (const double time : times) {
    const double at = std::floor((time - times[0]) / bin) - (double(open) - 255);
    if (at >= 0 && at < 255) ++counts[std::size_t(at)];
  }
  double mean = 0, most = 0;
  for (const double count : counts) mean += count;
  mean /= 255;
  const auto covariance = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < 255; ++i)
      sum += (counts[i] - mean) * (counts[i + lag] - mean);
    return sum / double(255 - lag);
  };
  if (covariance(0) == 0) return 0;
  for (std::size_t lag = 2; lag <= 64; ++lag) most = std::max(most, covariance(lag));
  return most / covariance(0);
}

TEST_CASE("rhythms are seen, and what is none is not") {
  Random random(353);
  for (const double bin : {0.5, 1.0}) {
    for (const std::uint32_t period : {0u, 5u, 17u, 60u}) {
      Selector selector;
      std::vector<double> times;
      double time = 1000;
      // Bursts of three every `period` bins, or arrivals at random.
      for (std::uint32_t second = 0; second < 400; ++second) {
        const std::uint32_t count = period == 0            ? random.below(3)
                                    : second % period == 0 ? 3
                                                           : random.below(20) == 0;
        for (std::uint32_t i = 0; i < count; ++i) {
          // Bins begin at the first; the others are far from where one does.
          times.push_back(times.empty() ? time : time + 0.1 * bin * (i + 1));
          QueryObservation query;
          query.time = times.back();
          query.bin = bin;
          REQUIRE(selector.observe(query) == Status::kOk);
          REQUIRE(selector.signals().periodicity ==
                  doctest::Approx(rhythm_of(times, query.time, bin)).epsilon(1e-9));
        }
        time += bin;
      }
      CHECK((selector.signals().periodicity > 0.5) == (period != 0));
      // A long silence is the end of it.
      QueryObservation late;
      late.time = time + 1000 * bin;
      late.bin = bin;
      REQUIRE(selector.observe(late) == Status::kOk);
      CHECK(selector.signals().periodicity == 0);
    }
  }
}

TEST_CASE("what comes steadily has no rhythm") {
  for (const int each : {1, 3, 7}) {
    Selector selector;
    for (int i = 0; i < 600 * each; ++i) {
      QueryObservation query;
      query.time = i / each;
      REQUIRE(selector.observe(query) == Status::kOk);
      REQUIRE(selector.signals().periodicity == 0);
    }
  }
}

TEST_CASE("what is observed decides, and the same again makes the same decisions") {
  Random random(354);
  Selector selector, again;
  Decision last;
  std::vector<QueryObservation> seen;
  std::vector<Decision> log;
  std::uint32_t kinds = 0;
  for (int i = 0; i < 3000; ++i) {
    QueryObservation query;
    const int phase = i / 250 % 7;
    query.time = i;
    query.tension = phase == 1 ? 0.9 : random.between(0, 0.4f);
    query.latency = phase == 2 && random.one_in(20) ? 100 : 1;
    query.branches = phase == 3 ? 8 : 1;
    query.depth = phase == 4 ? 20 : 3;
    query.writes = phase == 5 ? 9 : 0;
    if (phase == 6) query.time = 10 * (i / 10);
    if (!seen.empty()) query.time = std::max(query.time, seen.back().time);
    seen.push_back(query);
    REQUIRE(selector.observe(query) == Status::kOk);
    const Decision found = selector.decision();
    // Each follows from the one before and the signals alone.
    const Decision replayed = decide(last, selector.signals());
    REQUIRE(replayed.mechanism == found.mechanism);
    REQUIRE(replayed.triggers == found.triggers);
    REQUIRE(replayed.queries == found.queries);
    last = found;
    log.push_back(found);
    kinds |= 1u << static_cast<std::uint32_t>(found.mechanism);
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    REQUIRE(again.observe(seen[i]) == Status::kOk);
    REQUIRE(again.decision().mechanism == log[i].mechanism);
    REQUIRE(again.decision().triggers == log[i].triggers);
  }
  CHECK(kinds == 0x7F);
}

TEST_CASE("an observation out of its range is refused and changes nothing") {
  Selector selector;
  QueryObservation query;
  query.time = 10;
  REQUIRE(selector.observe(query) == Status::kOk);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [&](double QueryObservation::*field, double value) {
    QueryObservation wrong = query;
    wrong.*field = value;
    CHECK(selector.observe(wrong) == Status::kInvalidArgument);
  };
  for (const double value : {-0.1, 1.1, nan}) refused(&QueryObservation::tension, value);
  for (const double value : {-1.0, nan, kUnlimited}) {
    refused(&QueryObservation::latency, value);
    refused(&QueryObservation::writes, value);
  }
  for (const double value : {9.0, nan, kUnlimited}) refused(&QueryObservation::time, value);
  for (const double value : {0.0, -1.0, nan}) refused(&QueryObservation::bin, value);
  CHECK(selector.signals().write_share == 0);
  CHECK(selector.decision().queries == 1);
}

}  // namespace
}  // namespace rv::test
