#include "mincut/graph.h"

#include <cmath>

namespace rv {
namespace {

bool is_fraction(double weight) { return weight != std::floor(weight) || weight >= 0x1p53; }

}  // namespace

WeightedGraph::WeightedGraph(MemoryBudget& budget) noexcept
    : first_(budget), degrees_(budget), arcs_(budget), weights_(budget) {}

Status WeightedGraph::begin(std::uint32_t nodes) noexcept {
  if (degrees_.reserve(nodes) != Status::kOk || first_.reserve(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    first_.push(kNone);
    degrees_.push(0);
  }
  return Status::kOk;
}

Status WeightedGraph::reserve(std::uint32_t more) noexcept {
  const std::size_t wanted = std::size_t{edges_} + more;
  if (arcs_.reserve(2 * wanted) != Status::kOk) return Status::kOutOfMemory;
  return weights_.reserve(wanted);
}

Status WeightedGraph::set(std::uint32_t u, std::uint32_t v, double weight) noexcept {
  std::uint32_t edge = find(u, v);
  if (edge == kNone) {
    if (weight == 0) return Status::kOk;
    if (reserve(1) != Status::kOk) return Status::kOutOfMemory;
    edge = insert(u, v);
  }
  const double before = weights_[edge];
  if (is_fraction(weight)) ++fractions_;
  weights_[edge] = weight;
  if (weight == 0) erase(edge);
  change_degree(u, weight - before);
  change_degree(v, weight - before);
  // Only now: until it is gone sums are made anew.
  if (is_fraction(before)) --fractions_;
  return Status::kOk;
}

double WeightedGraph::weight(std::uint32_t u, std::uint32_t v) const noexcept {
  const std::uint32_t edge = find(u, v);
  return edge == kNone ? 0 : weights_[edge];
}

std::uint32_t WeightedGraph::find(std::uint32_t u, std::uint32_t v) const noexcept {
  std::uint32_t a = first_[u], b = first_[v];
  for (; a != kNone && b != kNone; a = arcs_[a].next, b = arcs_[b].next) {
    if (arcs_[a].to == v) return a / 2;
    if (arcs_[b].to == u) return b / 2;
  }
  return kNone;
}

// With the weight 0. Pre: there is room.
std::uint32_t WeightedGraph::insert(std::uint32_t u, std::uint32_t v) noexcept {
  std::uint32_t edge = free_;
  if (edge != kNone) {
    free_ = arcs_[2 * edge].next;
  } else {
    edge = edge_end();
    arcs_.push({});
    arcs_.push({});
    weights_.push(0);
  }
  arcs_[2 * edge].to = v;
  arcs_[2 * edge + 1].to = u;
  link(2 * edge);
  link(2 * edge + 1);
  ++edges_;
  return edge;
}

void WeightedGraph::erase(std::uint32_t edge) noexcept {
  unlink(2 * edge);
  unlink(2 * edge + 1);
  arcs_[2 * edge].next = free_;
  free_ = edge;
  --edges_;
}

void WeightedGraph::link(std::uint32_t arc) noexcept {
  std::uint32_t& first = first_[arcs_[arc ^ 1].to];
  arcs_[arc].next = first;
  arcs_[arc].previous = kNone;
  if (first != kNone) arcs_[first].previous = arc;
  first = arc;
}

void WeightedGraph::unlink(std::uint32_t arc) noexcept {
  const auto [to, next, previous] = arcs_[arc];
  if (next != kNone) arcs_[next].previous = previous;
  (previous == kNone ? first_[arcs_[arc ^ 1].to] : arcs_[previous].next) = next;
}

// Among fractions what is left of a sum would be off by as much as the largest that went: anew.
void WeightedGraph::change_degree(std::uint32_t node, double by) noexcept {
  double& degree = degrees_[node];
  degree += by;
  if (by > 0 || is_integral()) return;
  degree = 0;
  for (std::uint32_t at = first_[node]; at != kNone; at = arcs_[at].next) degree += arc_weight(at);
}

bool WeightedGraph::validate() const noexcept {
  std::uint32_t edges = 0, fractions = 0, listed = 0;
  for (const double weight : weights_.span()) {
    if (weight != 0) ++edges;
    if (is_fraction(weight)) ++fractions;
  }
  for (std::uint32_t node = 0; node < nodes(); ++node) {
    double degree = 0;
    std::uint32_t previous = kNone;
    for (std::uint32_t at = first_[node]; at != kNone; at = arcs_[at].next) {
      if (arcs_[at].previous != previous || arcs_[at ^ 1].to != node || arcs_[at].to == node)
        return false;
      if (arc_weight(at) <= 0 || ++listed > 2 * edges) return false;
      degree += arc_weight(at);
      previous = at;
    }
    if (std::abs(degree - degrees_[node]) > 1e-9 * degree) return false;
  }
  return edges == edges_ && fractions == fractions_ && listed == 2 * edges;
}

}  // namespace rv
