// Distances of a plan's hierarchy, its dominator tree, in hyperbolic space, which has room for
// trees: all edges are of one length, and distances along the tree are nearly kept.
//
// Sarkar, "Low distortion Delaunay embedding of trees in hyperbolic plane", 2011, on the
// hyperboloid. In the plane the children of a node cannot all make the same angle with their
// parent, so what is a symmetry of the tree would not be one of the distances. Here the edges of a
// node are the directions of a regular simplex, in dimensions that no other node uses: turns are as
// wide as they can be, the distortion is below that of the plane, and the order of nodes does not
// matter. Of the coordinates only two are needed.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/plan_graph.h"

namespace rv {

class HyperbolicTree {
 public:
  explicit HyperbolicTree(MemoryBudget& budget) noexcept;

  // Writes the distance of each node to `focus`, or where that is no node to the root: the one node
  // without inputs or, of several, the point before them. Pre: out.size() == plan.size().
  Status embed(const PlanGraph& plan, std::uint32_t focus, std::span<double> out) noexcept;

  // Of the last embed(): 2, or what makes the deepest node 15 away, beyond which doubles end.
  double edge_length() const noexcept { return edge_; }

 private:
  struct Place {
    std::uint32_t parent;
    std::uint32_t depth;
    std::uint32_t degree;
    // For x the place and u the direction in which it was reached, of length 1: the Lorentz
    // products
    // -<x, focus>, which is cosh of the distance, 0 before it is known, and -<u, focus>.
    double cosh;
    double slope;
  };

  std::uint32_t common_dominator(std::uint32_t a, std::uint32_t b) const noexcept;
  void step(std::uint32_t from, std::uint32_t to, double cosh, double sinh) noexcept;

  Array<Place> places_;  // of the root before all, then of node i at i + 1
  double edge_ = 0;
};

}  // namespace rv
