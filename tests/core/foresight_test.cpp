// engine/foresight: how wide a filtered walk must be, against the closed form of its little plan.
#include "engine/foresight.h"

#include <algorithm>
#include <cmath>

#include "core/support.h"

namespace rv::test {
namespace {

PlanInput input(double ef, double selectivity, double tail = 0, double share = 1) {
  PlanInput in;
  in.rows = 100000;
  in.ef = ef;
  in.selectivity = selectivity;
  in.tail = tail;
  in.share = share;
  return in;
}

TEST_CASE(
    "a walk is raised to twice as many matches as are wanted, or half as many as it was wide") {
  MemoryBudget budget(1 << 20);
  Foresight foresight(budget);
  Random random(81);
  int raised = 0, enough = 0;
  for (int i = 0; i < soak(2000); ++i) {
    const std::uint32_t k = 1 + random.below(100);
    const double ef = std::max(2 * k, 32u) + random.below(200);
    const double selectivity = std::pow(10, -random.between(0, 3));
    const double tail = random.one_in(2) ? 0 : random.below(1000), share = random.between(0, 1);
    const PlanInput in = input(ef, selectivity, tail, share);
    REQUIRE(foresight.look(in, k) == Status::kOk);
    const double expected = ef * selectivity;
    CHECK(std::abs(foresight.expected() - expected) <= 1e-9 * expected);
    CHECK(std::abs(foresight.tension() - std::clamp((3 - expected / k) / 2, 0.0, 1.0)) < 1e-9);
    const double wanted = std::max(2.0 * k, ef / 2) / selectivity;
    const double width = std::clamp(wanted, ef, std::max(ef, in.rows - tail));
    CHECK(std::abs(foresight.width() - width) <= 1e-9 * width);
    CHECK(foresight.arcs_scanned() > 0);
    ++(width > ef ? raised : enough);
  }
  CHECK(raised > 100);
  CHECK(enough > 100);
}

TEST_CASE("where nothing matches around the query no width would do, and it stays as it was") {
  MemoryBudget budget(1 << 20);
  Foresight foresight(budget);
  REQUIRE(foresight.look(input(64, 0), 10) == Status::kOk);
  CHECK(foresight.expected() == 0);
  CHECK(foresight.tension() == 1);
  CHECK(foresight.width() == 64);
}

TEST_CASE("foresight takes memory once, and says where there is none") {
  MemoryBudget budget(1 << 20), none(100);
  Foresight foresight(budget), poor(none);
  REQUIRE(foresight.look(input(64, 0.01), 10) == Status::kOk);
  const std::uint64_t used = budget.used_bytes();
  for (std::uint32_t k = 1; k < 100; ++k)
    REQUIRE(foresight.look(input(64, 1.0 / k), k) == Status::kOk);
  CHECK(budget.used_bytes() == used);
  CHECK(poor.look(input(64, 0.01), 10) == Status::kOutOfMemory);
}

}  // namespace
}  // namespace rv::test
