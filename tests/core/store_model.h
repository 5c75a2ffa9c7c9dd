// A VectorStore and the plain std::map it must agree with after every operation.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "core/support.h"
#include "store/vector_store.h"

namespace rv::test {

constexpr std::uint32_t kAppend = VectorStore::kAppend;

// Live rows by number; `rows` counts the deleted ones too.
struct Model {
  std::map<std::uint32_t, Bytes> live;
  std::uint32_t rows = 0;

  void commit(std::span<const Bytes> vectors, std::span<const std::uint32_t> targets) {
    for (std::size_t i = 0; i < targets.size(); ++i)
      live[targets[i] == kAppend ? rows++ : targets[i]] = vectors[i];
  }

  void compact() {
    std::map<std::uint32_t, Bytes> dense;
    for (auto& [row, bytes] : live)
      dense.emplace(static_cast<std::uint32_t>(dense.size()), std::move(bytes));
    live = std::move(dense);
    rows = static_cast<std::uint32_t>(live.size());
  }

  void clear() { *this = {}; }
};

// check() and commit() as the engine calls them.
inline Status commit(VectorStore& store, std::span<const std::uint32_t> targets) {
  if (const Status status = store.check(targets); status != Status::kOk) return status;
  store.commit(targets, [](std::uint32_t, std::uint32_t) {});
  return Status::kOk;
}

inline void compact(VectorStore& store) {
  store.compact([](std::uint32_t, std::uint32_t) {});
}

// Whether the store is sound and holds exactly what the model holds.
inline bool agrees(const VectorStore& store, const Model& model) {
  if (store.validate() != Status::kOk || store.rows() != model.rows) return false;
  if (store.live_rows() != model.live.size()) return false;
  if (store.has_deleted() != (model.live.size() != model.rows)) return false;
  if (store.is_live(store.rows()) || store.is_live(kAppend)) return false;
  std::uint32_t row = 0;
  for (const auto& [live_row, bytes] : model.live) {
    for (; row < live_row; ++row)
      if (store.is_live(row)) return false;
    if (!store.is_live(row) || std::memcmp(store.row(row), bytes.data(), bytes.size()) != 0)
      return false;
    const auto norm = inverse_norm(store.shape(), bytes);
    if (!norm.ok() || !same_bits(store.inverse_norm(row), *norm)) return false;
    ++row;
  }
  for (; row < store.rows(); ++row)
    if (store.is_live(row)) return false;
  return true;
}

// Stages and writes `vectors` as a host does. Any status but kOk comes from stage().
inline Status stage(VectorStore& store, std::span<const Bytes> vectors) {
  const auto count = static_cast<std::uint32_t>(vectors.size());
  if (const Status status = store.stage(count); status != Status::kOk) return status;
  for (std::uint32_t i = 0; i < count; ++i)
    std::memcpy(store.row(store.rows() + i), vectors[i].data(), vectors[i].size());
  return Status::kOk;
}

inline Status write(VectorStore& store, std::span<const Bytes> vectors,
                    std::span<const std::uint32_t> targets) {
  if (const Status status = stage(store, vectors); status != Status::kOk) return status;
  return commit(store, targets);
}

inline Status append(VectorStore& store, std::span<const Bytes> vectors) {
  return write(store, vectors, std::vector<std::uint32_t>(vectors.size(), kAppend));
}

inline std::vector<Bytes> random_vectors(Random& random, Shape shape, std::size_t count) {
  std::vector<Bytes> vectors(count);
  for (Bytes& vector : vectors) vector = random_vector(random, shape);
  return vectors;
}

// A target that commit() takes, but for one in forty. `end` counts the rows appended so far.
inline std::uint32_t random_target(Random& random, const Model& model, std::uint32_t end) {
  if (random.one_in(2)) return kAppend;
  const std::uint32_t row = random.below(end + 2);
  if (random.one_in(40)) return row;
  if (row >= model.rows) return row < end ? row : kAppend;
  const auto live = model.live.lower_bound(row);
  return live == model.live.end() ? kAppend : live->first;
}

// One random operation on both; false if the store answered other than the model would.
inline bool random_step(Random& random, VectorStore& store, Model& model, std::uint32_t most_rows) {
  const Shape shape = store.shape();
  switch (random.below(10)) {
    case 0:
      compact(store);
      model.compact();
      return true;
    case 1:
      if (!random.one_in(8)) return store.stage(random.below(20)) == Status::kOk;
      store.clear();
      model.clear();
      return true;
    case 2:
    case 3:
    case 4: {
      const std::uint32_t row = random.below(model.rows + 2);
      return store.remove(row) == (model.live.erase(row) == 1 ? Status::kOk : Status::kNotFound);
    }
    default:
      break;
  }
  const std::uint32_t room = most_rows - std::min(model.rows, most_rows);
  auto vectors = random_vectors(random, shape, random.below(std::min(room, 24u) + 1));
  std::vector<std::uint32_t> targets(vectors.size());
  bool found = true;
  std::uint32_t end = model.rows;
  for (std::uint32_t& target : targets) {
    target = random_target(random, model, end);
    if (target == kAppend)
      ++end;
    else
      found = found && (target >= model.rows ? target < end : model.live.contains(target));
  }
  const bool bad = shape.metric != Metric::kHamming && !vectors.empty() && random.one_in(8);
  const std::uint32_t at = bad ? random.below(static_cast<std::uint32_t>(vectors.size())) : 0;
  const float infinity = std::numeric_limits<float>::infinity();
  if (bad) std::memcpy(vectors[at].data() + 4 * random.below(shape.dim), &infinity, 4);

  const Status status = write(store, vectors, targets);
  if (bad) return status == Status::kInvalidVector && store.faulty_row() == at;
  if (!found) return status == Status::kNotFound;
  model.commit(vectors, targets);
  return status == Status::kOk;
}

}  // namespace rv::test
