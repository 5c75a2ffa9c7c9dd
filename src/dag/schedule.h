// How deep each operator of a plan is, and when it can run and must, if any number of them run at
// once: the critical path method (Kelley, Walker 1959).
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/plan_graph.h"

namespace rv {

class Schedule {
 public:
  explicit Schedule(MemoryBudget& budget) noexcept;

  // kOutOfMemory: as before.
  Status compute(const PlanGraph& plan) noexcept;

  // Edges on the longest way to the node from one without inputs.
  std::uint32_t depth(std::uint32_t node) const noexcept { return depths_[node]; }

  // The cost of the costliest path: the time that the plan takes at least.
  double length() const noexcept { return length_; }

  // When the node can begin, and when it must for the plan not to take longer.
  double earliest(std::uint32_t node) const noexcept { return earliest_[node]; }
  double latest(std::uint32_t node) const noexcept { return earliest_[node] + slack(node); }

  // How much longer the node may take without the plan taking longer; 0 on every critical path, and
  // only there.
  double slack(std::uint32_t node) const noexcept;

  // A critical path, from a node without inputs; of several the one through the first nodes.
  std::span<const std::uint32_t> path() const noexcept { return path_.span(); }

 private:
  Array<std::uint32_t> depths_;
  Array<double> earliest_;
  Array<double> remaining_;  // cost of the costliest path from the node on, its own included
  Array<std::uint32_t> path_;
  double length_ = 0;
};

}  // namespace rv
