#include "mincut/global_cut.h"

#include <algorithm>
#include <limits>

#include "mincut/bounded_flow.h"

namespace rv {
namespace {

constexpr std::uint32_t kOut = 0xFFFFFFFFu;
constexpr std::uint32_t kScanned = 0x80000000u;

}  // namespace

GlobalCut::GlobalCut(MemoryBudget& budget) noexcept
    : graph_(budget),
      next_(budget),
      degree_(budget),
      attached_(budget),
      heap_(budget),
      place_(budget),
      parent_(budget),
      alone_(budget),
      label_(budget),
      arc_to_(budget),
      side_(budget) {}

Status GlobalCut::solve(const WeightedGraph& graph, FlowSearch& search) noexcept {
  if (begin(graph) != Status::kOk) return Status::kOutOfMemory;
  bool few = false;
  while (nodes_ > 1) {
    const std::uint64_t before = scanned_;
    const std::uint32_t best = scan();
    if (best > 0)
      for (std::size_t i = 0; i < label_.size(); ++i)
        side_[i] = place_[label_[i]] - kScanned < best ? 1 : 0;
    if (value_ == 0) break;
    if (few) {
      if (search.prepare(graph) != Status::kOk) return Status::kOutOfMemory;
      settle_edges(graph, search, scanned_ - before);
    }
    few = contract() < nodes_;  // less than half of them are gone
  }
  return Status::kOk;
}

Status GlobalCut::begin(const WeightedGraph& graph) noexcept {
  nodes_ = graph.nodes();
  const std::size_t arcs = 2 * std::size_t{graph.edges()};
  for (Contracted* each : {&graph_, &next_})
    if (each->first.resize(std::size_t{nodes_} + 1) != Status::kOk ||
        each->to.resize(arcs) != Status::kOk || each->weight.resize(arcs) != Status::kOk)
      return Status::kOutOfMemory;
  for (Array<std::uint32_t>* each : {&heap_, &place_, &parent_, &label_, &arc_to_})
    if (each->resize(nodes_) != Status::kOk) return Status::kOutOfMemory;
  for (Array<double>* each : {&degree_, &attached_})
    if (each->resize(nodes_) != Status::kOk) return Status::kOutOfMemory;
  if (alone_.resize(nodes_) != Status::kOk || side_.resize(nodes_) != Status::kOk)
    return Status::kOutOfMemory;

  std::uint32_t end = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    label_[node] = node;
    degree_[node] = graph.degree(node);
    graph_.first[node] = end;
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      graph_.to[end] = graph.arc(arc).to;
      graph_.weight[end++] = graph.arc_weight(arc);
    }
  }
  graph_.first[nodes_] = end;
  scanned_ = end;
  settled_ = 0;
  value_ = std::numeric_limits<double>::infinity();
  return Status::kOk;
}

// Scans nodes by how much weight joins them to those scanned before, from the one of least degree
// on. What is scanned first, up to any node, is a side of a cut: returns how many nodes the best
// one has, if it is less than value_, which it is then; else 0.
std::uint32_t GlobalCut::scan() noexcept {
  std::uint32_t lightest = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    parent_[node] = node;
    place_[node] = kOut;
    attached_[node] = 0;
    alone_[node] = 1;
    if (degree_[node] < degree_[lightest]) lightest = node;
  }
  heap_.reset();
  bound_ = std::min(value_, degree_[lightest]);
  push(lightest, 0);

  std::uint32_t best = 0, last = lightest;
  double cut = 0;
  for (std::uint32_t count = 1; count < nodes_; ++count) {
    const std::uint32_t node = pop();
    place_[node] = kScanned + count - 1;
    last = node;
    cut += degree_[node] - 2 * attached_[node];
    if (cut < value_) {
      value_ = cut;
      best = count;
    }
    scanned_ += graph_.first[node + 1] - graph_.first[node];
    for (std::uint32_t arc = graph_.first[node]; arc < graph_.first[node + 1]; ++arc) {
      const std::uint32_t to = graph_.to[arc];
      // To part the two costs no less than to part the node alone from all others, or nothing.
      if (alone_[node] != 0 && 2 * graph_.weight[arc] >= degree_[node]) unite(node, to);
      if (place_[to] != kOut && place_[to] >= kScanned) continue;
      const double attached = attached_[to] + graph_.weight[arc];
      if (attached >= value_) unite(to, node);
      push(to, attached);
    }
    if (heap_.size() == 0) {  // what is left is not joined to it
      value_ = 0;
      return count;
    }
  }
  // No cut below the bound parts the last two but the last one alone, which has been seen.
  const std::uint32_t node = pop();
  place_[node] = kScanned + nodes_ - 1;
  unite(node, last);
  return best;
}

double GlobalCut::key(std::uint32_t at) const noexcept {
  return std::min(attached_[heap_[at]], bound_);
}

void GlobalCut::place(std::uint32_t node, std::uint32_t at) noexcept {
  heap_[at] = node;
  place_[node] = at;
}

// Puts a node into the heap, or up in it.
void GlobalCut::push(std::uint32_t node, double attached) noexcept {
  const bool is_new = place_[node] == kOut;
  if (is_new) {
    place_[node] = static_cast<std::uint32_t>(heap_.size());
    heap_.push(node);
  }
  const bool stays = !is_new && attached_[node] >= bound_;
  attached_[node] = attached;
  if (stays) return;
  std::uint32_t at = place_[node];
  const double own = std::min(attached, bound_);
  for (; at > 0 && key((at - 1) / 2) < own; at = (at - 1) / 2) place(heap_[(at - 1) / 2], at);
  place(node, at);
}

// Pre: the heap is not empty.
std::uint32_t GlobalCut::pop() noexcept {
  const std::uint32_t top = heap_[0];
  const auto size = static_cast<std::uint32_t>(heap_.size()) - 1;
  const std::uint32_t node = heap_[size];
  heap_.pop();
  if (size == 0) return top;
  const double own = std::min(attached_[node], bound_);
  std::uint32_t at = 0;
  for (std::uint32_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && key(child + 1) > key(child)) ++child;
    if (key(child) <= own) break;
    place(heap_[child], at);
  }
  place(node, at);
  return top;
}

// The least cut between the ends of an edge is known once a flow between them is: they become one.
void GlobalCut::settle_edges(const WeightedGraph& graph, FlowSearch& search,
                             std::uint64_t work) noexcept {
  BoundedFlow flow(graph, search);
  const std::uint64_t before = search.arcs_scanned;
  for (; settled_ < graph.edge_end() && search.arcs_scanned - before < work; ++settled_) {
    if (graph.edge_weight(settled_) == 0) continue;
    const std::uint32_t u = graph.arc(2 * settled_ + 1).to, v = graph.arc(2 * settled_).to;
    if (root(label_[u]) == root(label_[v])) continue;
    const double least = flow.run(u, v, value_, work);
    if (least == BoundedFlow::kUndecided) continue;
    unite(label_[u], label_[v]);
    if (least >= value_) continue;
    value_ = least;
    std::ranges::fill(side_.span(), std::uint8_t{0});
    for (const std::uint32_t node : flow.side()) side_[node] = 1;
  }
}

void GlobalCut::unite(std::uint32_t node, std::uint32_t other) noexcept {
  alone_[node] = alone_[other] = 0;
  parent_[root(node)] = root(other);
}

std::uint32_t GlobalCut::root(std::uint32_t node) noexcept {
  for (; parent_[node] != node; node = parent_[node]) parent_[node] = parent_[parent_[node]];
  return node;
}

// Makes the nodes of a root one; edges between the same two add up. Returns how many nodes are
// gone.
std::uint32_t GlobalCut::contract() noexcept {
  Array<std::uint32_t>&number = place_, &following = heap_, &members = parent_;
  (void)following.resize(nodes_);
  std::uint32_t count = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node)
    if (root(node) == node) number[node] = count++;
  for (std::uint32_t node = 0; node < nodes_; ++node) number[node] = number[root(node)];
  for (std::uint32_t& label : label_.span()) label = number[label];
  std::ranges::fill(members.span(), kOut);
  for (std::uint32_t node = nodes_; node-- > 0;) {
    following[node] = members[number[node]];
    members[number[node]] = node;
  }

  std::uint32_t end = 0;
  std::ranges::fill(arc_to_.span(), kOut);
  for (std::uint32_t node = 0; node < count; ++node) {
    const std::uint32_t begin = end;
    next_.first[node] = begin;
    degree_[node] = 0;
    for (std::uint32_t member = members[node]; member != kOut; member = following[member]) {
      for (std::uint32_t arc = graph_.first[member]; arc < graph_.first[member + 1]; ++arc) {
        const std::uint32_t to = number[graph_.to[arc]];
        const double weight = graph_.weight[arc];
        if (to == node) continue;
        degree_[node] += weight;
        std::uint32_t& same = arc_to_[to];
        if (same != kOut && same >= begin) {
          next_.weight[same] += weight;
          continue;
        }
        same = end;
        next_.to[end] = to;
        next_.weight[end++] = weight;
      }
    }
  }
  scanned_ += graph_.first[nodes_];
  next_.first[count] = end;
  const std::uint32_t gone = nodes_ - count;
  nodes_ = count;
  graph_.first.swap(next_.first);
  graph_.to.swap(next_.to);
  graph_.weight.swap(next_.weight);
  return gone;
}

}  // namespace rv
