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
    : graph_(budget), next_(budget), nodes_(budget), heap_(budget), label_(budget), side_(budget) {}

Status GlobalCut::solve(const WeightedGraph& graph, FlowSearch& search) noexcept {
  if (begin(graph) != Status::kOk) return Status::kOutOfMemory;
  bool few = false;
  while (count_ > 1) {
    const std::uint64_t before = scanned_;
    const std::uint32_t best = scan();
    if (best > 0)
      for (std::size_t i = 0; i < label_.size(); ++i)
        side_[i] = nodes_[label_[i]].place - kScanned < best ? 1 : 0;
    if (value_ == 0) break;
    if (few) {
      if (search.prepare(graph) != Status::kOk) return Status::kOutOfMemory;
      settle_edges(graph, search, scanned_ - before);
    }
    few = contract() < count_;  // less than half of them are gone
  }
  return Status::kOk;
}

Status GlobalCut::begin(const WeightedGraph& graph) noexcept {
  count_ = graph.nodes();
  const std::size_t arcs = 2 * std::size_t{graph.edges()};
  for (Contracted* each : {&graph_, &next_})
    if (each->first.resize(std::size_t{count_} + 1) != Status::kOk ||
        each->arcs.resize(arcs) != Status::kOk)
      return Status::kOutOfMemory;
  if (nodes_.resize(count_) != Status::kOk || heap_.resize(count_) != Status::kOk ||
      label_.resize(count_) != Status::kOk || side_.resize(count_) != Status::kOk)
    return Status::kOutOfMemory;

  std::uint32_t end = 0;
  for (std::uint32_t node = 0; node < count_; ++node) {
    label_[node] = node;
    nodes_[node].degree = graph.degree(node);
    graph_.first[node] = end;
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next)
      graph_.arcs[end++] = {graph.arc_weight(arc), graph.arc(arc).to};
  }
  graph_.first[count_] = end;
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
  for (std::uint32_t i = 0; i < count_; ++i) {
    Node& node = nodes_[i];
    node.parent = i;
    node.place = kOut;
    node.attached = 0;
    node.is_alone = true;
    if (node.degree < nodes_[lightest].degree) lightest = i;
  }
  heap_.reset();
  bound_ = std::min(value_, nodes_[lightest].degree);
  push(lightest, 0);

  std::uint32_t best = 0, last = lightest;
  double cut = 0;
  for (std::uint32_t scanned = 0;;) {
    const std::uint32_t at = pop();
    Node& node = nodes_[at];
    node.place = kScanned + scanned;
    if (++scanned == count_) {
      // No cut below the bound parts the last two but the last one alone, which has been seen.
      unite(at, last);
      return best;
    }
    last = at;
    cut += node.degree - 2 * node.attached;
    if (cut < value_) {
      value_ = cut;
      best = scanned;
    }
    for (std::uint32_t arc = graph_.first[at]; arc < graph_.first[at + 1]; ++arc) {
      ++scanned_;
      const auto [weight, to] = graph_.arcs[arc];
      // To part the two costs no less than to part the node alone from all others, or nothing.
      if (node.is_alone && 2 * weight >= node.degree) unite(at, to);
      if (nodes_[to].place != kOut && nodes_[to].place >= kScanned) continue;
      const double attached = nodes_[to].attached + weight;
      if (attached >= value_) unite(to, at);
      push(to, attached);
    }
    if (heap_.size() == 0) {  // what is left is not joined to it
      value_ = 0;
      return scanned;
    }
  }
}

double GlobalCut::key(std::uint32_t at) const noexcept {
  return std::min(nodes_[heap_[at]].attached, bound_);
}

void GlobalCut::place(std::uint32_t node, std::uint32_t at) noexcept {
  heap_[at] = node;
  nodes_[node].place = at;
}

// Puts a node into the heap, or up in it.
void GlobalCut::push(std::uint32_t node, double attached) noexcept {
  const bool is_new = nodes_[node].place == kOut;
  const bool stays = !is_new && nodes_[node].attached >= bound_;
  nodes_[node].attached = attached;
  if (stays) return;
  std::uint32_t at = nodes_[node].place;
  if (is_new) {
    at = static_cast<std::uint32_t>(heap_.size());
    heap_.push(node);
  }
  const double own = std::min(attached, bound_);
  for (; at > 0 && key((at - 1) / 2) < own; at = (at - 1) / 2) place(heap_[(at - 1) / 2], at);
  place(node, at);
}

// Pre: the heap is not empty.
std::uint32_t GlobalCut::pop() noexcept {
  const std::uint32_t top = heap_[0];
  const auto size = static_cast<std::uint32_t>(heap_.size()) - 1;
  const std::uint32_t node = heap_[size];
  const double own = key(size);
  heap_.pop();
  if (size == 0) return top;
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
  nodes_[node].is_alone = nodes_[other].is_alone = false;
  nodes_[root(node)].parent = root(other);
}

std::uint32_t GlobalCut::root(std::uint32_t node) noexcept {
  for (std::uint32_t parent; (parent = nodes_[node].parent) != node; node = parent)
    nodes_[node].parent = nodes_[parent].parent;
  return node;
}

// Makes the nodes of a root one; edges between the same two add up. Returns how many nodes are
// gone.
std::uint32_t GlobalCut::contract() noexcept {
  (void)heap_.resize(count_);
  std::uint32_t count = 0;
  for (std::uint32_t node = 0; node < count_; ++node)
    if (root(node) == node) {
      nodes_[node].place = count;
      nodes_[count].member = nodes_[count].last = kOut;
      ++count;
    }
  for (std::uint32_t node = count_; node-- > 0;) {
    const std::uint32_t number = nodes_[root(node)].place;
    nodes_[node].place = number;
    heap_[node] = nodes_[number].member;
    nodes_[number].member = node;
  }
  for (std::uint32_t& label : label_.span()) label = nodes_[label].place;

  std::uint32_t end = 0;
  for (std::uint32_t node = 0; node < count; ++node) {
    const std::uint32_t begin = end;
    double degree = 0;
    for (std::uint32_t part = nodes_[node].member; part != kOut; part = heap_[part])
      for (std::uint32_t arc = graph_.first[part]; arc < graph_.first[part + 1]; ++arc) {
        ++scanned_;
        const auto [weight, old_to] = graph_.arcs[arc];
        const std::uint32_t to = nodes_[old_to].place;
        if (to == node) continue;
        degree += weight;
        std::uint32_t& last = nodes_[to].last;
        if (last != kOut && last >= begin) {
          next_.arcs[last].weight += weight;
        } else {
          last = end;
          next_.arcs[end++] = {weight, to};
        }
      }
    next_.first[node] = begin;
    nodes_[node].degree = degree;
  }
  next_.first[count] = end;
  const std::uint32_t gone = count_ - count;
  count_ = count;
  graph_.first.swap(next_.first);
  graph_.arcs.swap(next_.arcs);
  return gone;
}

}  // namespace rv
