// dag/allocate: against its own conditions, a search over a grid, and a few divisions by hand.
#include "core/dag_model.h"
#include "dag/allocate.h"

namespace rv::test {
namespace {

using Numbers = std::vector<double>;

double sum_of(const Numbers& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum;
}

TEST_CASE("a budget is divided whole, within the limits, and by the shares where they allow it") {
  Random random(341);
  int limited = 0, by_share = 0;
  for (int i = 0; i < soak(2000); ++i) {
    const std::size_t count = 1 + random.below(12);
    Numbers shares(count), least(count), most(count), parts(count);
    for (std::size_t n = 0; n < count; ++n) {
      shares[n] = random.one_in(4) ? 0 : random.between(0, 1);
      least[n] = random.one_in(2) ? 0 : random.between(0, 10);
      most[n] = random.one_in(3) ? kUnlimited : least[n] + random.between(0, 40);
    }
    const double budget = sum_of(least) + random.between(0, 100);
    REQUIRE(allocate(budget, shares, least, most, parts) == Status::kOk);
    const double wanted = std::min(budget, sum_of(most));
    REQUIRE(std::abs(sum_of(parts) - wanted) <= 1e-9 * std::max(1.0, wanted));
    // One level for all that are neither full nor, without a share, still at their least. Those
    // without a share get something only where all that have one are full.
    double level = -1;
    bool all_full = true;
    for (std::size_t n = 0; n < count; ++n) {
      REQUIRE(parts[n] >= least[n]);
      REQUIRE(parts[n] <= most[n]);
      if (shares[n] > 0 && parts[n] < most[n] - 1e-6) all_full = false;
    }
    for (std::size_t n = 0; n < count; ++n) {
      if (all_full) continue;
      if (shares[n] == 0) REQUIRE(parts[n] - least[n] <= 1e-9 * budget);
      if (shares[n] < 1e-3 || parts[n] >= most[n] - 1e-6) continue;
      const double here = (parts[n] - least[n]) / shares[n];
      if (level < 0) level = here;
      REQUIRE(here == doctest::Approx(level).epsilon(1e-6));
      ++by_share;
    }
    for (std::size_t n = 0; n < count && level >= 0; ++n)
      if (shares[n] > 0 && parts[n] >= most[n] - 1e-6) {
        REQUIRE(least[n] + shares[n] * level >= most[n] - 1e-3);
        ++limited;
      }
  }
  CHECK(limited > 500);
  CHECK(by_share > 500);
}

TEST_CASE("what some cannot take goes to the others, in equal parts where none has a share") {
  Numbers parts(3);
  const Numbers none{0, 0, 0}, all(3, kUnlimited);
  REQUIRE(allocate(12, Numbers{0.5, 0.25, 0.25}, none, all, parts) == Status::kOk);
  CHECK(parts[0] == doctest::Approx(6));
  CHECK(parts[1] == doctest::Approx(3));
  REQUIRE(allocate(12, Numbers{0.5, 0.25, 0.25}, none, Numbers{2, 100, 100}, parts) == Status::kOk);
  CHECK(parts[0] == 2);
  CHECK(parts[2] == doctest::Approx(5));
  REQUIRE(allocate(12, Numbers{1, 0, 0}, none, Numbers{2, 100, 100}, parts) == Status::kOk);
  CHECK(parts[1] == doctest::Approx(5));
  REQUIRE(allocate(12, none, Numbers{1, 2, 3}, all, parts) == Status::kOk);
  CHECK(parts[2] == doctest::Approx(5));
  REQUIRE(allocate(12, Numbers{1, 1, 1}, none, Numbers{1, 2, 3}, parts) == Status::kOk);
  CHECK(parts == Numbers{1, 2, 3});
  REQUIRE(allocate(12, Numbers{1e-300, 0, 0}, none, all, parts) == Status::kOk);
  CHECK(sum_of(parts) == doctest::Approx(12));
  CHECK(allocate(0, {}, {}, {}, {}) == Status::kOk);
}

TEST_CASE("a division that cannot be, or of what are no numbers, is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Numbers none{0, 0}, all(2, 100), share{0.5, 0.5};
  Numbers parts(2);
  CHECK(allocate(3, share, Numbers{2, 2}, all, parts) == Status::kInvalidArgument);
  CHECK(allocate(3, share, Numbers{1, 1}, Numbers{0, 1}, parts) == Status::kInvalidArgument);
  CHECK(allocate(-1, share, none, all, parts) == Status::kInvalidArgument);
  CHECK(allocate(nan, share, none, all, parts) == Status::kInvalidArgument);
  CHECK(allocate(kUnlimited, share, none, all, parts) == Status::kInvalidArgument);
  for (const double wrong : {-1.0, nan, kUnlimited}) {
    CHECK(allocate(3, Numbers{wrong, 1}, none, all, parts) == Status::kInvalidArgument);
    CHECK(water_fill(3, Numbers{wrong, 1}, share, none, all, parts) == Status::kInvalidArgument);
    CHECK(water_fill(3, share, Numbers{wrong, 1}, none, all, parts) == Status::kInvalidArgument);
  }
  CHECK(water_fill(3, share, Numbers{0, 1}, none, all, parts) == Status::kInvalidArgument);
  CHECK(allocate(3, share, Numbers{nan, 0}, all, parts) == Status::kInvalidArgument);
  CHECK(allocate(3, share, none, Numbers{nan, 1}, parts) == Status::kInvalidArgument);
}

double found_by(const Numbers& weights, const Numbers& scales, const Numbers& parts) {
  double sum = 0;
  for (std::size_t n = 0; n < weights.size(); ++n)
    sum += weights[n] * (1 - std::exp(-parts[n] / scales[n]));
  return sum;
}

// The most that any division finds, by steps of the budget.
double best_of_grid(const Numbers& weights, const Numbers& scales, double budget) {
  constexpr int kSteps = 60;
  const double step = budget / kSteps;
  Numbers best(kSteps + 1, 0);
  for (std::size_t n = 0; n < weights.size(); ++n) {
    Numbers next(kSteps + 1, 0);
    for (int used = 0; used <= kSteps; ++used)
      for (int here = 0; here <= used; ++here)
        next[std::size_t(used)] = std::max(
            next[std::size_t(used)],
            best[std::size_t(used - here)] + weights[n] * (1 - std::exp(-here * step / scales[n])));
    best = next;
  }
  return best[kSteps];
}

TEST_CASE(
    "a budget over branches finds as much as the best division of a grid, and no division more") {
  Random random(342);
  int better_than_shares = 0, idle = 0;
  for (int i = 0; i < soak(300); ++i) {
    const std::size_t count = 1 + random.below(8);
    Numbers weights(count), scales(count), parts(count), shares(count);
    for (std::size_t n = 0; n < count; ++n) {
      weights[n] = random.one_in(6) ? 0 : std::exp(double(random.between(-4, 0)));
      scales[n] = random.between(5, 50);
    }
    const double budget = random.between(1, 200);
    const Numbers none(count, 0), all(count, kUnlimited);
    REQUIRE(water_fill(budget, weights, scales, none, all, parts) == Status::kOk);
    const double ours = found_by(weights, scales, parts), total = sum_of(weights);
    if (total == 0) {
      REQUIRE(sum_of(parts) == 0);
      continue;
    }
    REQUIRE(std::abs(sum_of(parts) - budget) <= 1e-9 * budget);
    REQUIRE(ours >= best_of_grid(weights, scales, budget) * (1 - 1e-9));
    // The closed form: one level for all that get something, and no less for those that do not.
    double level = 0;
    for (std::size_t n = 0; n < count; ++n)
      if (parts[n] > 1e-9) level = weights[n] / scales[n] * std::exp(-parts[n] / scales[n]);
    for (std::size_t n = 0; n < count; ++n) {
      const double here = weights[n] / scales[n] * std::exp(-parts[n] / scales[n]);
      if (parts[n] > 1e-9)
        REQUIRE(here == doctest::Approx(level).epsilon(1e-6));
      else
        REQUIRE(here <= level * (1 + 1e-6));
      if (parts[n] <= 1e-9) ++idle;
    }
    REQUIRE(allocate(budget, weights, none, all, shares) == Status::kOk);
    if (found_by(weights, scales, shares) < ours * (1 - 1e-3)) ++better_than_shares;
  }
  CHECK(better_than_shares > 50);
  CHECK(idle > 50);
}

TEST_CASE("a budget over branches keeps within least and most") {
  Random random(343);
  for (int i = 0; i < soak(300); ++i) {
    const std::size_t count = 1 + random.below(8);
    Numbers weights(count), scales(count), least(count), most(count), parts(count);
    for (std::size_t n = 0; n < count; ++n) {
      weights[n] = random.between(0.01f, 1);
      scales[n] = random.between(5, 50);
      least[n] = random.between(0, 3);
      most[n] = least[n] + random.between(0, 30);
    }
    const double budget = sum_of(least) + random.between(0, 150);
    REQUIRE(water_fill(budget, weights, scales, least, most, parts) == Status::kOk);
    const double wanted = std::min(budget, sum_of(most));
    REQUIRE(std::abs(sum_of(parts) - wanted) <= 1e-9 * std::max(1.0, wanted));
    for (std::size_t n = 0; n < count; ++n) {
      REQUIRE(parts[n] >= least[n]);
      REQUIRE(parts[n] <= most[n]);
    }
  }
}

}  // namespace
}  // namespace rv::test
