// A graph and all that can be asked of its cuts: what a host holds. Answers are numbers in one
// array.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/dynamic_cut.h"
#include "mincut/local_cut.h"

namespace rv {

class Cuts {
 public:
  explicit Cuts(std::uint64_t max_bytes) noexcept;

  // `nodes`, two or more, without edges; once.
  Status begin(std::uint32_t nodes) noexcept { return cut_.begin(nodes); }

  // The graph, to be read and changed.
  DynamicCut& cut() noexcept { return cut_; }

  // The last answer.
  std::span<const double> numbers() const noexcept { return numbers_.span(); }

  // Each leaves its answer in numbers(): the value, the answer's own number, the arcs that were
  // looked at, how many nodes the side has, how many edges the witness; then the nodes, in no
  // order, and of each edge of the witness its node on the side, the other one, the weight, and
  // whether it is a bottleneck. A side without nodes: there is no such cut. kOutOfMemory: there is
  // no answer.
  //
  // The own number is of min_cut() nothing, and its arcs are all since the last one; of local_cut()
  // the volume of the side, and of connectivity(), which has no side, its error.
  Status min_cut() noexcept;
  Status max_flow(std::uint32_t source, std::uint32_t sink) noexcept;
  Status local_cut(const LocalCut::Query& query) noexcept;
  Status connectivity(bool is_normalized) noexcept;

  std::uint64_t used_bytes() const noexcept { return budget_.used_bytes(); }

 private:
  Status answer(double value, double own, std::uint64_t arcs, std::span<const std::uint32_t> side,
                std::uint32_t bottlenecks) noexcept;
  std::uint64_t take_back(std::uint64_t before) noexcept;

  MemoryBudget budget_;
  DynamicCut cut_;
  Array<double> numbers_;
  std::uint64_t told_ = 0;  // arcs, by min_cut()
};

}  // namespace rv
