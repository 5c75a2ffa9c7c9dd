#include "mincut/global_cut.h"

#include <algorithm>

#include "mincut/bounded_flow.h"

namespace rv {
namespace {

constexpr std::uint32_t kOut = 0x7FFFFFFF;
constexpr std::uint32_t kScanned = kOut + 1;

}  // namespace

Status GlobalCut::solve(const WeightedGraph& graph, FlowSearch& search) noexcept {
  const std::uint32_t count = graph.nodes();
  if (search.prepare(graph) != Status::kOk || nodes_.resize(count) != Status::kOk ||
      heap_.resize(count) != Status::kOk || side_.resize(count) != Status::kOk)
    return Status::kOutOfMemory;
  std::uint32_t lightest = 0;
  for (std::uint32_t node = 0; node < count; ++node) {
    nodes_[node].parent = node;
    side_[node] = 0;
    if (graph.degree(node) < graph.degree(lightest)) lightest = node;
  }
  side_[lightest] = 1;
  value_ = graph.degree(lightest);
  settled_ = 0;
  groups_ = UINT32_MAX;
  for (;;) {
    const std::uint32_t before = groups_;
    regroup();
    if (groups_ == 1) break;
    const std::uint64_t work = search.arcs_scanned;
    scan(graph, search);
    if (value_ == 0) break;
    if (groups_ > before / 2) settle_edges(graph, search, search.arcs_scanned - work);
  }
  return Status::kOk;
}

// What is to be in one group is.
void GlobalCut::regroup() noexcept {
  groups_ = 0;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    node.name = root(i);
    node.attached = 0;
    node.place = node.first = kOut;
    node.is_alone = true;
    if (node.name == i) ++groups_;
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& group = nodes_[nodes_[i].name];
    nodes_[i].next = group.first;
    group.first = i;
  }
}

// Scans groups by how much weight joins them to those scanned before. What is scanned first, up to
// any group, is a side of a cut, and so is each group; the side of the best one is noted. Pre: two
// groups or more.
void GlobalCut::scan(const WeightedGraph& graph, FlowSearch& search) noexcept {
  heap_.reset();
  push(nodes_[0].name, 0);
  std::uint32_t begin = 0, end = 0;  // of the best side, when they are scanned
  std::uint32_t last = 0;
  double cut = 0;
  for (std::uint32_t scanned = 0; scanned < groups_; ++scanned) {
    if (heap_.size() == 0) {  // what is left is not joined to it
      value_ = begin = 0;
      end = scanned;
      break;
    }
    const std::uint32_t name = pop();
    Node& group = nodes_[name];
    group.place = kScanned + scanned;
    double degree = 0, heaviest = 0;
    std::uint32_t nearest = name;
    for (std::uint32_t node = group.first; node != kOut; node = nodes_[node].next)
      for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
           arc = graph.arc(arc).next) {
        ++search.arcs_scanned;
        const std::uint32_t to = nodes_[graph.arc(arc).to].name;
        const double weight = graph.arc_weight(arc);
        if (to == name) continue;
        degree += weight;
        if (weight > heaviest) {
          heaviest = weight;
          nearest = to;
        }
        if (nodes_[to].place >= kScanned) continue;
        const double attached = nodes_[to].attached + weight;
        if (attached >= value_) unite(to, name);
        push(to, attached);
      }
    if (degree < value_) {
      value_ = degree;
      begin = scanned;
      end = scanned + 1;
    }
    cut += degree - 2 * group.attached;
    if (cut < value_ && scanned + 1 < groups_) {
      value_ = cut;
      begin = 0;
      end = scanned + 1;
    }
    // To part the two costs no less than to part the group alone from all others, or nothing.
    if (group.is_alone && 2 * heaviest >= degree) unite(name, nearest);
    // No cut below the best parts the last two but the last one alone, which has been seen.
    if (scanned + 1 == groups_) unite(name, last);
    last = name;
  }
  if (end == 0) return;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const std::uint32_t when = nodes_[nodes_[i].name].place - kScanned;
    side_[i] = when - begin < end - begin ? 1 : 0;
  }
}

// The least cut between the ends of an edge is known once a flow between them is: they are united.
void GlobalCut::settle_edges(const WeightedGraph& graph, FlowSearch& search,
                             std::uint64_t work) noexcept {
  BoundedFlow flow(graph, search);
  const std::uint64_t before = search.arcs_scanned;
  for (; settled_ < graph.edge_end() && search.arcs_scanned - before < work; ++settled_) {
    const std::uint32_t u = graph.arc(2 * settled_ + 1).to, v = graph.arc(2 * settled_).to;
    if (graph.edge_weight(settled_) == 0 || root(u) == root(v)) continue;
    const double least = flow.run(u, v, value_, work);
    if (least == BoundedFlow::kUndecided) continue;
    unite(u, v);
    if (least >= value_) continue;
    value_ = least;
    for (std::uint8_t& each : side_.span()) each = 0;
    for (const std::uint32_t node : flow.side()) side_[node] = 1;
  }
}

// Puts a group into the heap, or up in it.
void GlobalCut::push(std::uint32_t group, double attached) noexcept {
  Node& node = nodes_[group];
  std::uint32_t at = node.place;
  if (at == kOut) {
    at = static_cast<std::uint32_t>(heap_.size());
    heap_.push(group);
  }
  node.attached = attached;
  const double own = std::min(attached, value_);
  for (; at > 0 && key((at - 1) / 2) < own; at = (at - 1) / 2) place(heap_[(at - 1) / 2], at);
  place(group, at);
}

// Pre: the heap is not empty.
std::uint32_t GlobalCut::pop() noexcept {
  const std::uint32_t top = heap_[0];
  const auto size = static_cast<std::uint32_t>(heap_.size()) - 1;
  const std::uint32_t last = heap_[size];
  const double own = key(size);
  heap_.pop();
  if (size == 0) return top;
  std::uint32_t at = 0;
  for (std::uint32_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && key(child + 1) > key(child)) ++child;
    if (key(child) <= own) break;
    place(heap_[child], at);
  }
  place(last, at);
  return top;
}

void GlobalCut::place(std::uint32_t group, std::uint32_t at) noexcept {
  heap_[at] = group;
  nodes_[group].place = at;
}

double GlobalCut::key(std::uint32_t at) const noexcept {
  return std::min(nodes_[heap_[at]].attached, value_);
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

}  // namespace rv
