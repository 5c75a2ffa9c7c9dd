// Activation that spreads over a graph: integrate-and-fire neurons whose spikes are the pushes of
// ApproximatePageRank (Andersen, Chung & Lang, "Local graph partitioning using PageRank vectors",
// FOCS 2006, section 3).
//
// A neuron holds charge without a leak. At `epsilon` times its degree it fires: 1 - alpha of the
// charge stays as its activation, alpha goes along its arcs by their weights. What stays comes to
// (1 - alpha) (I - alpha W)^-1 y, personalised PageRank of the charges y, which is manifold ranking
// (Zhou et al., NIPS 2003), as epsilon falls to 0. On the way, where arcs go both ways with one
// weight and a degree is the sum of its weights:
//   0 <= pagerank(u) - activation(u) <= epsilon degree(u)
//   spikes <= 1 / (epsilon (1 - alpha) least degree), and the degrees of all of them together are
//   at most 1 / (epsilon (1 - alpha)), whatever the size of the graph.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"

namespace rv {

struct PushArc {
  std::uint32_t to;
  double weight;  // > 0
};

// What activation spreads over.
class PushGraph {
 public:
  // Of which the threshold is a multiple; 0: it has no arcs, and keeps all without firing.
  virtual double degree(std::uint32_t node) const noexcept = 0;

  // Appends the arcs of a node; asked once a run, when it first fires. kOutOfMemory.
  virtual Status append_arcs(std::uint32_t node, Array<PushArc>& arcs) noexcept = 0;

 protected:
  ~PushGraph() = default;
};

struct PushOptions {
  double alpha;    // in [0, 1)
  double epsilon;  // > 0
};

class Push {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  struct Charge {
    std::uint32_t node;
    double mass;  // > 0
  };

  struct Neuron {
    std::uint32_t node;
    std::uint32_t next;  // in the queue of those that are to fire, or kIdle
    std::uint32_t arcs;  // where its own begin and end; kNone: it has not fired yet
    std::uint32_t arcs_end;
    double threshold;
    double charge;
    double activation;
  };

  explicit Push(MemoryBudget& budget) noexcept : slots_(budget), neurons_(budget), arcs_(budget) {}

  // Spreads the charges until no neuron is at its threshold. Neurons fire in the order in which
  // they came to it. Pre: all nodes are below `nodes`. kOutOfMemory.
  Status run(PushGraph& graph, std::uint32_t nodes, std::span<const Charge> charges,
             const PushOptions& options) noexcept;

  // Forgets the last run.
  void clear() noexcept;

  // All that got a charge, in the order in which they did.
  std::span<const Neuron> neurons() const noexcept { return neurons_.span(); }
  // Which of them the node is; kNone.
  std::uint32_t find(std::uint32_t node) const noexcept {
    return node < slots_.size() ? slots_[node] - 1 : kNone;
  }
  // The weight of the arc from a neuron that has fired; 0: it has not, or there is none.
  double weight(std::uint32_t from, std::uint32_t to) const noexcept;

  std::uint64_t spikes() const noexcept { return spikes_; }
  // The charge that is left, which bounds what all activations together lack.
  double residual() const noexcept;

 private:
  static constexpr std::uint32_t kIdle = kNone - 1;

  Status charge(const PushGraph& graph, std::uint32_t node, double mass, double epsilon) noexcept;
  Status fire(PushGraph& graph, std::uint32_t at, const PushOptions& options) noexcept;

  Array<std::uint32_t> slots_;  // of a node: its neuron's index + 1, or 0
  Array<Neuron> neurons_;
  Array<PushArc> arcs_;
  std::uint32_t first_ = kNone, last_ = kNone;  // of the queue
  std::uint64_t spikes_ = 0;
};

}  // namespace rv
