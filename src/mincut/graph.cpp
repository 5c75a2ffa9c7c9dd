#include "mincut/graph.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

bool is_fraction(double weight) { return weight != std::floor(weight) || weight >= 0x1p53; }

}  // namespace

WeightedGraph::WeightedGraph(MemoryBudget& budget) noexcept
    : nodes_(budget), arcs_(budget), edges_(budget), chains_(budget) {}

Status WeightedGraph::begin(std::uint32_t nodes) noexcept {
  if (nodes_.reserve(nodes) != Status::kOk || chains_.reserve(1) != Status::kOk)
    return Status::kOutOfMemory;
  for (std::uint32_t node = 0; node < nodes; ++node) nodes_.push({0, kNone});
  chains_.push(kNone);
  return Status::kOk;
}

// For one more edge.
Status WeightedGraph::make_room() noexcept {
  const std::size_t wanted = std::size_t{count_} + 1;
  if (arcs_.reserve(2 * wanted) != Status::kOk || edges_.reserve(wanted) != Status::kOk)
    return Status::kOutOfMemory;
  if (chains_.size() >= wanted) return Status::kOk;
  if (chains_.resize(2 * chains_.size()) != Status::kOk) return Status::kOutOfMemory;
  for (std::uint32_t& first : chains_.span()) first = kNone;
  for (std::uint32_t edge = 0; edge < edge_end(); ++edge) {
    if (edges_[edge].weight == 0) continue;
    std::uint32_t& first = chain(arcs_[2 * edge].to, arcs_[2 * edge + 1].to);
    edges_[edge].next = first;
    first = edge;
  }
  return Status::kOk;
}

Status WeightedGraph::set(std::uint32_t u, std::uint32_t v, double weight) noexcept {
  std::uint32_t edge = find(u, v);
  if (edge == kNone) {
    if (weight == 0) return Status::kOk;
    if (make_room() != Status::kOk) return Status::kOutOfMemory;
    edge = insert(u, v);
  }
  const double before = edges_[edge].weight;
  if (is_fraction(weight)) ++fractions_;
  edges_[edge].weight = weight;
  if (weight == 0) erase(edge);
  change_degree(u, weight - before);
  change_degree(v, weight - before);
  // Only now: until it is gone sums are made anew.
  if (is_fraction(before)) --fractions_;
  return Status::kOk;
}

double WeightedGraph::weight(std::uint32_t u, std::uint32_t v) const noexcept {
  const std::uint32_t edge = find(u, v);
  return edge == kNone ? 0 : edges_[edge].weight;
}

// Where the chain begins that has the edge, if there is one; the same whichever node comes first.
// Fibonacci hashing (Knuth, volume 3, 6.4).
std::uint32_t& WeightedGraph::chain(std::uint32_t u, std::uint32_t v) noexcept {
  const std::uint64_t key = std::uint64_t{std::min(u, v)} << 32 | std::max(u, v);
  const std::uint64_t mixed = (key ^ key >> 29) * 0x9E3779B97F4A7C15u;
  return chains_[static_cast<std::size_t>(mixed >> 32) & (chains_.size() - 1)];
}

std::uint32_t WeightedGraph::find(std::uint32_t u, std::uint32_t v) const noexcept {
  std::uint32_t edge = const_cast<WeightedGraph*>(this)->chain(u, v);
  for (; edge != kNone; edge = edges_[edge].next) {
    const std::uint32_t to = arcs_[2 * edge].to, from = arcs_[2 * edge + 1].to;
    if ((to ^ from) == (u ^ v) && (to == u || to == v)) break;
  }
  return edge;
}

// With the weight 0. Pre: there is room.
std::uint32_t WeightedGraph::insert(std::uint32_t u, std::uint32_t v) noexcept {
  std::uint32_t edge = free_;
  if (edge != kNone) {
    free_ = edges_[edge].next;
  } else {
    edge = edge_end();
    arcs_.push({});
    arcs_.push({});
    edges_.push({});
  }
  std::uint32_t& first = chain(u, v);
  edges_[edge].next = first;
  first = edge;
  arcs_[2 * edge].to = v;
  arcs_[2 * edge + 1].to = u;
  link(2 * edge);
  link(2 * edge + 1);
  ++count_;
  return edge;
}

void WeightedGraph::erase(std::uint32_t edge) noexcept {
  std::uint32_t* at = &chain(arcs_[2 * edge].to, arcs_[2 * edge + 1].to);
  while (*at != edge) at = &edges_[*at].next;
  *at = edges_[edge].next;
  edges_[edge].next = free_;
  free_ = edge;
  unlink(2 * edge);
  unlink(2 * edge + 1);
  --count_;
}

void WeightedGraph::link(std::uint32_t arc) noexcept {
  std::uint32_t& first = nodes_[arcs_[arc ^ 1].to].first;
  arcs_[arc].next = first;
  arcs_[arc].previous = kNone;
  if (first != kNone) arcs_[first].previous = arc;
  first = arc;
}

void WeightedGraph::unlink(std::uint32_t arc) noexcept {
  const auto [to, next, previous] = arcs_[arc];
  if (next != kNone) arcs_[next].previous = previous;
  (previous == kNone ? nodes_[arcs_[arc ^ 1].to].first : arcs_[previous].next) = next;
}

// Among fractions what is left of a sum would be off by as much as the largest that went: anew.
void WeightedGraph::change_degree(std::uint32_t node, double by) noexcept {
  double& degree = nodes_[node].degree;
  degree += by;
  if (by > 0 || is_integral()) return;
  degree = 0;
  for (std::uint32_t at = nodes_[node].first; at != kNone; at = arcs_[at].next)
    degree += arc_weight(at);
}

bool WeightedGraph::validate() const noexcept {
  std::uint32_t edges = 0, fractions = 0, listed = 0;
  for (std::uint32_t edge = 0; edge < edge_end(); ++edge) {
    if (edges_[edge].weight == 0) continue;
    ++edges;
    if (is_fraction(edges_[edge].weight)) ++fractions;
    if (find(arcs_[2 * edge].to, arcs_[2 * edge + 1].to) != edge) return false;
  }
  for (std::uint32_t node = 0; node < nodes(); ++node) {
    double degree = 0;
    std::uint32_t previous = kNone;
    for (std::uint32_t at = nodes_[node].first; at != kNone; at = arcs_[at].next) {
      if (arcs_[at].previous != previous || arcs_[at ^ 1].to != node || arcs_[at].to == node)
        return false;
      if (arc_weight(at) <= 0 || ++listed > 2 * edges) return false;
      degree += arc_weight(at);
      previous = at;
    }
    if (std::abs(degree - nodes_[node].degree) > 1e-9 * degree) return false;
  }
  return edges == count_ && fractions == fractions_ && listed == 2 * edges;
}

}  // namespace rv
