// mincut/dynamic_cut: equal to a cut that is found from nothing, after every change.
#include "mincut/dynamic_cut.h"

#include <cmath>
#include <tuple>
#include <utility>

#include "core/cuts.h"
#include "mincut/global_cut.h"

namespace rv::test {
namespace {

enum class Stream { kUniform, kChurn, kBridge, kWitness };

// A graph that changes, beside a matrix that does.
class Changing {
 public:
  Changing(std::uint32_t nodes, std::uint64_t seed, bool fractions)
      : budget_(1 << 28), cut_(budget_), matrix_(nodes), random_(seed), fractions_(fractions) {
    REQUIRE(cut_.begin(nodes) == Status::kOk);
  }

  DynamicCut& cut() { return cut_; }
  Random& random() { return random_; }

  void set(std::uint32_t u, std::uint32_t v, std::uint32_t weight) {
    const double given = fractions_ ? 0.7320508 * weight : weight;
    matrix_.put(u, v, given);
    REQUIRE(cut_.set(u, v, given) == Status::kOk);
  }

  std::pair<std::uint32_t, std::uint32_t> any() {
    const std::uint32_t u = random_.below(matrix_.nodes);
    return {u, (u + 1 + random_.below(matrix_.nodes - 1)) % matrix_.nodes};
  }

  // An edge of the witness; where there is none, two nodes that it parts.
  std::pair<std::uint32_t, std::uint32_t> across() {
    const auto side = cut_.side();
    const std::uint32_t u = side[random_.below(std::uint32_t(side.size()))];
    for (std::uint32_t i = 0, v = random_.below(matrix_.nodes); i < matrix_.nodes; ++i, ++v)
      if (const std::uint32_t to = v % matrix_.nodes; !cut_.is_on_side(to) && matrix_.at(u, to) > 0)
        return {u, to};
    std::uint32_t v = random_.below(matrix_.nodes);
    while (cut_.is_on_side(v)) v = (v + 1) % matrix_.nodes;
    return {u, v};
  }

  void step(Stream stream, std::uint32_t i) {
    auto [u, v] = any();
    switch (stream) {
      case Stream::kUniform:
        return set(u, v, random_.one_in(2) ? 0 : 1 + random_.below(4));
      case Stream::kChurn:  // one edge in and out, every so often another one
        if (i % 16 == 0) churned_ = {u, v};
        return set(churned_.first, churned_.second, i % 2 == 0 ? 1 + random_.below(3) : 0);
      case Stream::kBridge: {  // between two halves, of which the first half's edges come and go
                               // too
        const std::uint32_t half = matrix_.nodes / 2;
        if (i % 4 != 0) return set(u % half, half + v % (matrix_.nodes - half), random_.below(3));
        if (u % half == v % half) return;
        return set(u % half, v % half, 1 + random_.below(6));
      }
      case Stream::kWitness: {
        std::tie(u, v) = across();
        return set(u, v, random_.below(6));
      }
    }
  }

  void require_exact() {
    MemoryBudget budget(1 << 28);
    FlowSearch search(budget);
    GlobalCut anew(budget);
    REQUIRE(anew.solve(cut_.graph(), search) == Status::kOk);
    const double slack = fractions_ ? 1e-9 * std::max(1.0, anew.value()) : 0;
    REQUIRE(std::abs(cut_.value() - anew.value()) <= slack);
    std::vector<std::uint8_t> side(matrix_.nodes, 0);
    for (const std::uint32_t node : cut_.side()) {
      REQUIRE(cut_.is_on_side(node));
      side[node] = 1;
    }
    REQUIRE(std::abs(crossing(matrix_, side) - anew.value()) <= slack);
    REQUIRE(!cut_.side().empty());
    REQUIRE(cut_.side().size() <= matrix_.nodes / 2);
  }

  void require_sound() {
    REQUIRE(cut_.graph().validate());
    REQUIRE(std::abs(stoer_wagner(matrix_) - cut_.value()) <= 1e-9 * std::max(1.0, cut_.value()));
  }

 private:
  MemoryBudget budget_;
  DynamicCut cut_;
  Matrix matrix_;
  Random random_;
  bool fractions_;
  std::pair<std::uint32_t, std::uint32_t> churned_;
};

TEST_CASE("the cut is as from nothing after every change, whatever the stream") {
  const bool is_soak = soak(1) > 1;
  const int streams = is_soak ? 200 : 20;
  const std::uint32_t updates = is_soak ? 2000 : 300;
  std::uint64_t recomputes = 0, followed = 0;
  for (int i = 0; i < streams; ++i) {
    const std::uint32_t nodes = i / 4 % 3 == 2 ? 256 : 32;
    Changing changing(nodes, 1000 + std::uint64_t(i), i % 5 == 4);
    for (std::uint32_t e = 0; e < 4 * nodes; ++e) {
      const auto [u, v] = changing.any();
      changing.set(u, v, 1 + changing.random().below(4));
    }
    REQUIRE(changing.cut().solve() == Status::kOk);
    for (std::uint32_t update = 0; update < updates; ++update) {
      changing.step(static_cast<Stream>(i % 4), update);
      changing.require_exact();
    }
    changing.require_sound();
    CHECK(changing.cut().deferrals() == 0);
    recomputes += changing.cut().recomputes();
    followed += changing.cut().updates();
  }
  // Else this compares one solver with itself.
  CHECK(recomputes < followed / 2);
  CHECK(recomputes > std::uint64_t(streams));
}

TEST_CASE("an edge at a time from nothing to a whole graph and back, as from nothing throughout") {
  Changing changing(9, 5, false);
  REQUIRE(changing.cut().solve() == Status::kOk);
  for (const std::uint32_t weight : {2u, 0u})
    for (std::uint32_t u = 0; u < 9; ++u)
      for (std::uint32_t v = 0; v < u; ++v) {
        changing.set(u, v, weight);
        changing.require_exact();
        changing.require_sound();
      }
  CHECK(changing.cut().value() == 0);
}

TEST_CASE("many changes at once end in the same cut, solved once") {
  Random random(7);
  MemoryBudget budget(1 << 24);
  const Matrix matrix = random_graph(random, Kind::kComplete, 30, 9);
  DynamicCut cut(budget);
  REQUIRE(cut.begin(30) == Status::kOk);
  REQUIRE(cut.solve() == Status::kOk);
  for (std::uint32_t u = 0; u < 30; ++u)
    for (std::uint32_t v = 0; v < u; ++v)
      REQUIRE(cut.set(u, v, matrix.at(u, v), u < 29 || v < 28) == Status::kOk);
  CHECK(cut.recomputes() <= 2);
  CHECK(cut.value() == stoer_wagner(matrix));
}

TEST_CASE("a change that leaves no memory for the cut is counted; it is found once there is") {
  MemoryBudget budget(1 << 20);
  DynamicCut cut(budget);
  Matrix matrix(40);
  REQUIRE(cut.begin(40) == Status::kOk);
  // Room for the edges, which stays.
  for (const std::uint32_t weight : {1u, 0u})
    for (std::uint32_t u = 0; u < 40; ++u)
      for (std::uint32_t v = 0; v < u; ++v) REQUIRE(cut.set(u, v, weight) == Status::kOk);
  REQUIRE(cut.solve() == Status::kOk);
  {
    Array<std::byte> rest(budget);
    REQUIRE(rest.resize((1 << 20) - budget.used_bytes() - 100) == Status::kOk);
    for (std::uint32_t step = 1; step < 10; ++step)
      for (std::uint32_t u = 0; u < 40; ++u) {
        const std::uint32_t v = (u + step) % 40;
        REQUIRE(cut.set(u, v, 1) == Status::kOk);
        matrix.put(u, v, 1);
      }
    CHECK(cut.deferrals() > 0);
    CHECK(cut.solve() == Status::kOutOfMemory);
  }
  REQUIRE(cut.solve() == Status::kOk);
  CHECK(cut.value() == stoer_wagner(matrix));
}

}  // namespace
}  // namespace rv::test
