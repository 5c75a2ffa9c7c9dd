// What a collection must stand, wherever it came from: searches by every plan, updates, removals
// and compaction. For what was loaded from bytes that nobody vouches for.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/memory.h"
#include "engine/collection.h"

namespace rv::test {

class Exercise {
 public:
  explicit Exercise(Collection& collection) : c_(collection), marks_(budget_) {}

  // Null, or what did not hold.
  const char* run() {
    search_all();
    if (failure_ == nullptr) update();
    if (failure_ == nullptr) search_all();
    for (std::uint32_t row = 1; row < c_.store().rows() && failure_ == nullptr; row += 3)
      if (c_.store().is_live(row)) expect(c_.remove(row) == Status::kOk, "to remove a live row");
    check();
    if (failure_ == nullptr) search_all();
    expect(c_.maintain(100) == Status::kOk || c_.pending() > 0, "upkeep");
    c_.compact();
    check();
    if (failure_ == nullptr) search_all();
    for (std::uint32_t row = 0; row < c_.store().rows() && failure_ == nullptr; ++row)
      expect(c_.remove(row) == Status::kOk, "to remove the rest");
    check();
    update();
    if (failure_ == nullptr) search_all();
    return failure_;
  }

 private:
  void expect(bool condition, const char* what) {
    if (!condition && failure_ == nullptr) failure_ = what;
  }

  void check() {
    expect(c_.store().validate() == Status::kOk, "a sound store");
    expect(c_.graph().validate(marks_) == Status::kOk, "a sound graph");
  }

  // The bytes of a row, or of a row of ones where it is not a vector, as decoded codes may be.
  std::vector<std::byte> query_of(std::uint32_t row) {
    const Shape shape = c_.store().shape();
    std::vector<std::byte> bytes(shape.row_bytes());
    const std::byte* vector = row < c_.store().rows() ? c_.vector(row) : nullptr;
    if (vector != nullptr) std::memcpy(bytes.data(), vector, bytes.size());
    if (vector != nullptr && inverse_norm(shape, bytes).ok()) return bytes;
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      const float one = 1;
      std::memcpy(bytes.data() + at, &one, 4);
    }
    return bytes;
  }

  void update() {
    const Status staged = c_.stage(3);
    expect(staged == Status::kOk || staged == Status::kOutOfMemory, "to stage");
    if (staged != Status::kOk) return;
    const std::uint32_t rows = c_.store().rows();
    const std::uint32_t sources[] = {rows / 2, 0, rows};
    for (std::uint32_t i = 0; i < 3; ++i) {
      const auto vector = query_of(sources[i]);
      std::memcpy(c_.staged_row(i), vector.data(), vector.size());
      c_.targets()[i] = VectorStore::kAppend;
    }
    if (c_.store().is_live(0)) c_.targets()[0] = 0;
    expect(c_.commit() == Status::kOk, "to commit");
    check();
  }

  void search_all() {
    for (const std::uint32_t plan : {Collection::kAny, 0u, 1u, 2u, 3u}) {
      c_.force_plan(plan);
      for (const std::uint32_t one_in : {1u, 2u, 7u}) search(plan == 0, one_in);
    }
    c_.force_plan(Collection::kAny);
  }

  // Of the rows, every `one_in`-th is accepted.
  void search(bool exact, std::uint32_t one_in) {
    constexpr std::uint32_t kNeighbors = 5;
    const VectorStore& store = c_.store();
    const auto query = query_of(store.rows() / 2);
    if (c_.prepare(1, kNeighbors) != Status::kOk) return;
    std::memcpy(c_.queries().data(), query.data(), query.size());
    std::uint32_t matches = 0;
    for (std::uint32_t row = 0; row < store.rows(); row += one_in)
      matches += store.is_live(row) ? 1 : 0;
    if (one_in > 1) {
      const auto words = c_.filter();
      std::ranges::fill(words, 0u);
      for (std::uint32_t row = 0; row < store.rows(); row += one_in)
        words[row / 64] |= std::uint64_t{1} << (row % 64);
    }
    expect(c_.search(exact, 0) == Status::kOk, "a search");
    const auto found = c_.neighbors(0);
    expect(found.size() == std::min(kNeighbors, matches), "as many neighbours as match");
    for (std::size_t i = 0; i < found.size(); ++i) {
      expect(store.is_live(found[i].row) && found[i].row % one_in == 0, "live and matching rows");
      expect(!std::isnan(found[i].distance), "distances to be numbers");
      for (std::size_t j = 0; j < i; ++j) expect(found[j].row != found[i].row, "each row once");
      expect(i == 0 || found[i - 1].distance <= found[i].distance, "nearest first");
    }
  }

  Collection& c_;
  MemoryBudget budget_{UINT64_MAX};
  Array<std::uint32_t> marks_;
  const char* failure_ = nullptr;
};

}  // namespace rv::test
