// index/hnsw/validate.cpp notices every record that insertion and removal would not have written.
#include "core/hnsw_model.h"

namespace rv::test {
namespace {

constexpr std::uint32_t kNodeFlag = 0x80000000u, kTwinFlag = 0x40000000u, kTether = 0x80000000u;
constexpr std::uint32_t kRows = 120;

// A graph with upper layers and twins.
struct Sample {
  Sample() : world({Metric::kEuclidean, 4}, {4, 20, 1}) {
    Random random(5);
    std::vector<Bytes> pool;
    world.append(with_duplicates(random, world.store.shape(), kRows, 40, pool));
    REQUIRE(world.is_sound());
  }

  std::uint32_t* words(std::uint32_t row) {
    return reinterpret_cast<std::uint32_t*>(world.graph.nodes().row(row));
  }
  std::uint32_t count(std::uint32_t row) { return words(row)[0] & 0xFFFF; }
  std::uint32_t level(std::uint32_t row) { return words(row)[0] >> 16 & 15; }
  bool is_twin(std::uint32_t row) { return (words(row)[0] & kTwinFlag) != 0; }

  bool is_refused() { return world.graph.validate(world.marks) == Status::kFormatChecksum; }

  // Whether the graph is refused with `value` in that word, and taken again without.
  bool refuses(std::uint32_t* word, std::uint32_t value) {
    const std::uint32_t right = *word;
    if (value == right) return true;
    *word = value;
    const bool refused = is_refused();
    *word = right;
    return refused && !is_refused();
  }

  World world;
};

TEST_CASE("a link that leads nowhere is noticed") {
  Sample sample;
  for (std::uint32_t row = 0; row < kRows; ++row)
    for (std::uint32_t i = 0; i < sample.count(row); ++i)
      for (const std::uint32_t target : {row, kRows, kRows + 1, 0x7FFFFFFFu}) {
        std::uint32_t* link = &sample.words(row)[4 + i];
        CHECK(sample.refuses(link, target));
        CHECK(sample.refuses(link, target | kTether));
      }
}

TEST_CASE("a second link to the same row is noticed") {
  Sample sample;
  for (std::uint32_t row = 0; row < kRows; ++row)
    for (std::uint32_t i = 1; i < sample.count(row); ++i) {
      std::uint32_t* const link = &sample.words(row)[4 + i];
      CHECK(sample.refuses(link, link[-1] & ~kTether));
    }
}

TEST_CASE("a tether on one side only is noticed, and so is one that is missing or too many") {
  Sample sample;
  std::uint32_t tethers = 0, nodes = 0;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    nodes += (sample.words(row)[0] & kNodeFlag) != 0 ? 1 : 0;
    for (std::uint32_t i = 0; i < sample.count(row); ++i) {
      std::uint32_t* link = &sample.words(row)[4 + i];
      CHECK(sample.refuses(link, *link ^ kTether));
      tethers += (*link & kTether) != 0 ? 1 : 0;
      // Both sides of one at once: the tree falls apart, or has a circle.
      const std::uint32_t other = *link & ~kTether;
      std::uint32_t* const first = &sample.words(other)[4];
      std::uint32_t* const end = first + sample.count(other);
      std::uint32_t* const back =
          std::find_if(first, end, [&](std::uint32_t l) { return (l & ~kTether) == row; });
      if (back == end) continue;
      *link ^= kTether;
      *back ^= kTether;
      CHECK(sample.is_refused());
      *link ^= kTether;
      *back ^= kTether;
    }
  }
  CHECK(tethers == 2 * (nodes - 1));
}

TEST_CASE("flags, levels and counts that are not what they were are noticed") {
  Sample sample;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::uint32_t* head = sample.words(row);
    for (std::uint32_t bit = 20; bit < 32; ++bit) CHECK(sample.refuses(head, *head ^ 1u << bit));
    for (std::uint32_t level = 0; level < 16; ++level)
      CHECK(sample.refuses(head, (*head & ~0xF0000u) | level << 16));
    for (const std::uint32_t count : {9u, 100u, 0xFFFFu})
      CHECK(sample.refuses(head, (*head & ~0xFFFFu) | count));
    // Fewer links: fine but for the tethers among those that go.
    if (sample.count(row) > 0) CHECK(sample.refuses(head, *head & ~0xFFFFu));
    if (sample.is_twin(row)) CHECK(sample.refuses(head, *head + 1));
  }
}

TEST_CASE("upper lists that are not where they belong or lead below are noticed") {
  Sample sample;
  Array<std::uint32_t>& upper = sample.world.graph.upper();
  REQUIRE(upper.size() > 0);
  std::uint32_t seen = 0;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::uint32_t* place = &sample.words(row)[1];
    for (const std::uint32_t wrong : {*place + 1, *place - 1, 0xFFFFFFFFu, *place + 5})
      CHECK(sample.refuses(place, wrong));
    for (std::uint32_t level = 0; level < sample.level(row); ++level) {
      std::uint32_t* count = &upper[*place + level * 5];
      for (const std::uint32_t wrong : {5u, 0xFFFFu, 0x10000u, 0x80000000u | *count})
        CHECK(sample.refuses(count, wrong));
      for (std::uint32_t i = 0; i < (*count & 0xFFFF); ++i, ++seen) {
        CHECK(sample.refuses(count + 1 + i, kRows));
        CHECK(sample.refuses(count + 1 + i, row));
        CHECK(sample.refuses(count + 1 + i, count[1 + i] | kTether));
        for (std::uint32_t below = 0; below < kRows; ++below)
          if (sample.level(below) <= level) CHECK(sample.refuses(count + 1 + i, below));
      }
    }
  }
  CHECK(seen > 0);
  REQUIRE(upper.reserve(upper.size() + 1) == Status::kOk);
  upper.push(0);
  CHECK(sample.is_refused());
}

TEST_CASE("a ring that does not close, and a twin of another, are noticed") {
  Sample sample;
  std::uint32_t twins = 0;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::uint32_t* next = &sample.words(row)[2];
    for (const std::uint32_t wrong : {(row + 1) % kRows, (row + 7) % kRows, kRows, 0xFFFFFFFFu})
      CHECK(sample.refuses(next, wrong));
    if (*next != row) CHECK(sample.refuses(next, row));
    if (!sample.is_twin(row)) {
      for (const std::uint32_t wrong : {0u, 50u, 0xFFFFFFFFu})
        CHECK(sample.refuses(&sample.words(row)[3], wrong));
      continue;
    }
    ++twins;
    std::uint32_t* owner = &sample.words(row)[4];
    for (const std::uint32_t wrong : {row, (*owner + 1) % kRows, kRows, 0xFFFFFFFFu})
      CHECK(sample.refuses(owner, wrong));
  }
  CHECK(twins > 10);
}

TEST_CASE("counts of rings that only add up are noticed") {
  Sample sample;
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t row = 0; row < kRows; ++row)
    if ((sample.words(row)[0] & kNodeFlag) != 0) nodes.push_back(row);
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    ++sample.words(nodes[i])[3];
    --sample.words(nodes[i - 1])[3];
    CHECK(sample.is_refused());
    --sample.words(nodes[i])[3];
    ++sample.words(nodes[i - 1])[3];
  }
  CHECK_FALSE(sample.is_refused());
}

TEST_CASE("an entry that is no node, not of the highest level, or missing is noticed") {
  Sample sample;
  Hnsw& graph = sample.world.graph;
  const std::uint32_t entry = graph.entry();
  for (std::uint32_t row = 0; row < kRows; ++row)
    if (sample.level(row) < sample.level(entry) || sample.is_twin(row))
      CHECK(graph.adopt(row, kRows, sample.world.marks) == Status::kFormatChecksum);
  for (const std::uint32_t wrong : {kRows, Hnsw::kNone, 0x7FFFFFFFu})
    CHECK(graph.adopt(wrong, kRows, sample.world.marks) == Status::kFormatChecksum);
  for (const std::uint32_t wrong : {0u, kRows - 1, kRows + 1, 0xFFFFFFFFu})
    CHECK(graph.adopt(entry, wrong, sample.world.marks) == Status::kFormatChecksum);
  CHECK(graph.adopt(entry, kRows, sample.world.marks) == Status::kOk);
  CHECK(sample.world.is_sound());
}

TEST_CASE("an unlinked row in a ring is not adopted: no search would come out of it again") {
  Sample sample;
  Hnsw& graph = sample.world.graph;
  REQUIRE(graph.reserve(kRows + 2) == Status::kOk);
  CHECK(graph.adopt(graph.entry(), kRows, sample.world.marks) == Status::kOk);
  sample.words(kRows)[2] = 0;
  CHECK(graph.adopt(graph.entry(), kRows, sample.world.marks) == Status::kFormatChecksum);
  sample.words(kRows)[2] = kRows + 1;
  sample.words(kRows + 1)[2] = kRows;
  CHECK(graph.adopt(graph.entry(), kRows, sample.world.marks) == Status::kFormatChecksum);
}

TEST_CASE("whatever one word is, a graph that is adopted can be searched and changed") {
  Random random(17);
  for (int round = 0; round < soak(300); ++round) {
    Sample sample;
    Hnsw& graph = sample.world.graph;
    std::uint32_t* word =
        random.one_in(5)
            ? &graph.upper()[random.below(static_cast<std::uint32_t>(graph.upper().size()))]
            : &sample.words(random.below(kRows))[random.below(12)];
    *word = random.one_in(2) ? *word ^ 1u << random.below(32) : random.below(kRows + 2);
    if (graph.adopt(graph.entry(), kRows, sample.world.marks) != Status::kOk) continue;
    for (std::uint32_t row = 0; row < kRows; row += 3) sample.world.remove(row);
    sample.world.append(random_vectors(random, sample.world.store.shape(), 30));
    const std::uint32_t row = 1;
    const Bytes vector = random_vector(random, sample.world.store.shape());
    sample.world.update({&row, 1}, {&vector, 1});
    sample.world.renumber();
    CHECK(sample.world.is_sound());
  }
}

}  // namespace
}  // namespace rv::test
