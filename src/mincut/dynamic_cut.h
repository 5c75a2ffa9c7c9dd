// The least cut of a graph that changes, exact after every change.
//
// After Henzinger, Noe, Schulz, "Practical fully dynamic minimum cut algorithms", 2021, arXiv
// 2101.05033, with the lightest node in place of their cactus. A change moves a cut by no more than
// its own weight, so: less of an edge across the cut is as much less of the cut; less of another
// can bring up only a cut between its own ends, which a flow bounded by the cut finds nearby; more
// of an edge leaves the cut unless it is across, and then another node of that degree takes over,
// or all is solved anew.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/flow_search.h"
#include "mincut/graph.h"

namespace rv {

class DynamicCut {
 public:
  explicit DynamicCut(MemoryBudget& budget) noexcept;

  // `nodes`, two or more, without edges; once.
  Status begin(std::uint32_t nodes) noexcept { return graph_.begin(nodes); }

  const WeightedGraph& graph() const noexcept { return graph_; }

  // For what else searches for flows in the graph, between two changes.
  FlowSearch& search() noexcept { return search_; }

  // WeightedGraph::set(). From the first solve() on the cut is known afterwards, unless it wants to
  // be solved anew and either there `is_more` to come at once or memory runs out.
  Status set(std::uint32_t u, std::uint32_t v, double weight, bool is_more = false) noexcept;

  // Makes sure that the cut is known. kOutOfMemory: it is not.
  Status solve() noexcept;

  // Of a cut that is known; GlobalCut says how exact. The nodes of one side are half of all at
  // most, in no order.
  double value() const noexcept { return value_; }
  std::span<const std::uint32_t> side() const noexcept { return side_.span(); }
  bool is_on_side(std::uint32_t node) const noexcept { return is_on_side_[node] != 0; }

  // Counted work.
  std::uint64_t arcs_scanned() const noexcept { return search_.arcs_scanned; }
  std::uint64_t updates() const noexcept { return updates_; }  // since the first solve()
  std::uint64_t recomputes() const noexcept { return recomputes_; }
  std::uint64_t deferrals() const noexcept { return deferrals_; }  // updates that want memory

 private:
  void follow(std::uint32_t u, std::uint32_t v, double before, double after) noexcept;
  Status begin_following() noexcept;
  void pick(std::uint32_t entry) noexcept;
  void take(std::span<const std::uint32_t> nodes) noexcept;
  void gather(bool other_side) noexcept;

  MemoryBudget& budget_;
  WeightedGraph graph_;
  FlowSearch search_;
  Array<std::uint32_t> lightest_;  // a tree: entry i is of 2i and 2i + 1, the last half the nodes
  Array<std::uint32_t> side_;
  Array<std::uint8_t> is_on_side_;
  double value_ = 0;
  bool is_followed_ = false;  // there was a solve()
  bool is_known_ = false;
  std::uint64_t updates_ = 0;
  std::uint64_t recomputes_ = 0;
  std::uint64_t deferrals_ = 0;
};

}  // namespace rv
