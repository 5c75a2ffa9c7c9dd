// How deep each operator of a plan is, and when it can run and must, if any number of them run at
// once: the critical path method (Kelley, Walker 1959).
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "dag/plan_graph.h"

namespace rv {

class Schedule {
 public:
  explicit Schedule(MemoryBudget& budget) noexcept;

  // kOutOfMemory: as before.
  Status compute(const PlanGraph& plan) noexcept;

  // Edges on the longest way to the node from one without inputs.
  std::uint32_t depth(std::uint32_t node) const noexcept { return stages_[node].depth; }

  // The cost of the costliest path: the time that the plan takes at least.
  double length() const noexcept { return length_; }

  // When the node can begin, and when it must for the plan not to take longer.
  double earliest(std::uint32_t node) const noexcept { return stages_[node].earliest; }
  double latest(std::uint32_t node) const noexcept { return earliest(node) + slack(node); }

  // How much longer the node may take without the plan taking longer; 0 on every critical path, and
  // only there.
  double slack(std::uint32_t node) const noexcept;

  // Whether the node is on the critical path that goes through the first nodes, if there are
  // several.
  bool on_path(std::uint32_t node) const noexcept { return stages_[node].on_path; }

 private:
  struct Stage {
    double earliest;
    double remaining;  // cost of the costliest path from the node on, its own included
    std::uint32_t depth;
    bool on_path;
  };

  Array<Stage> stages_;
  double length_ = 0;
};

}  // namespace rv
