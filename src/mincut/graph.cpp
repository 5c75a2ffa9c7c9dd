#include "mincut/graph.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

bool is_fraction(double weight) { return weight != std::floor(weight) || weight >= 0x1p53; }

}  // namespace

WeightedGraph::WeightedGraph(MemoryBudget& budget) noexcept
    : first_(budget), degrees_(budget), arcs_(budget), weights_(budget), slots_(budget) {}

Status WeightedGraph::begin(std::uint32_t nodes) noexcept {
  if (degrees_.resize(nodes) != Status::kOk || slots_.resize(2) != Status::kOk ||
      first_.resize(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  std::ranges::fill(first_.span(), kNone);
  std::ranges::fill(degrees_.span(), 0.0);
  std::ranges::fill(slots_.span(), kNone);
  return Status::kOk;
}

Status WeightedGraph::set(std::uint32_t u, std::uint32_t v, double weight) noexcept {
  std::size_t slot = slot_of(u, v);
  std::uint32_t edge = slots_[slot];
  if (edge == kNone) {
    if (weight == 0) return Status::kOk;
    if (reserve(1) != Status::kOk) return Status::kOutOfMemory;
    slot = slot_of(u, v);
    edge = insert(u, v, slot);
  }
  const double before = weights_[edge];
  if (is_fraction(weight)) ++fractions_;
  weights_[edge] = weight;
  if (weight == 0) erase(slot);
  change_degree(u, weight - before);
  change_degree(v, weight - before);
  // Only now: until it is gone sums are made anew.
  if (is_fraction(before)) --fractions_;
  return Status::kOk;
}

double WeightedGraph::weight(std::uint32_t u, std::uint32_t v) const noexcept {
  const std::uint32_t edge = slots_[slot_of(u, v)];
  return edge == kNone ? 0 : weights_[edge];
}

// Where the edge is, or where it would go.
std::size_t WeightedGraph::slot_of(std::uint32_t u, std::uint32_t v) const noexcept {
  std::size_t slot = home(u, v);
  for (; slots_[slot] != kNone; slot = (slot + 1) & (slots_.size() - 1)) {
    const std::uint32_t there = arcs_[2 * slots_[slot]].to, back = arcs_[2 * slots_[slot] + 1].to;
    if ((there == v && back == u) || (there == u && back == v)) break;
  }
  return slot;
}

// Fibonacci hashing (Knuth, volume 3, 6.4); the same whichever of the two comes first.
std::size_t WeightedGraph::home(std::uint32_t u, std::uint32_t v) const noexcept {
  const std::uint64_t key = std::uint64_t{std::min(u, v)} << 32 | std::max(u, v);
  const std::uint64_t mixed = (key ^ key >> 29) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
}

Status WeightedGraph::reserve(std::uint32_t more) noexcept {
  const std::size_t wanted = std::size_t{edges_} + more;
  if (wanted > weights_.size() &&
      (arcs_.reserve(2 * wanted) != Status::kOk || weights_.reserve(wanted) != Status::kOk))
    return Status::kOutOfMemory;
  std::size_t slots = slots_.size();
  while (slots < 2 * wanted) slots *= 2;
  if (slots == slots_.size()) return Status::kOk;
  if (slots_.resize(slots) != Status::kOk) return Status::kOutOfMemory;
  std::ranges::fill(slots_.span(), kNone);
  for (std::uint32_t edge = 0; edge < edge_end(); ++edge)
    if (weights_[edge] != 0) slots_[slot_of(arcs_[2 * edge].to, arcs_[2 * edge + 1].to)] = edge;
  return Status::kOk;
}

// With the weight 0. Pre: there is room.
std::uint32_t WeightedGraph::insert(std::uint32_t u, std::uint32_t v, std::size_t slot) noexcept {
  std::uint32_t edge = free_;
  if (edge != kNone) {
    free_ = arcs_[2 * edge].next;
  } else {
    edge = edge_end();
    arcs_.push({});
    arcs_.push({});
    weights_.push(0);
  }
  slots_[slot] = edge;
  arcs_[2 * edge].to = v;
  arcs_[2 * edge + 1].to = u;
  link(2 * edge);
  link(2 * edge + 1);
  ++edges_;
  return edge;
}

void WeightedGraph::erase(std::size_t slot) noexcept {
  const std::uint32_t edge = slots_[slot];
  unlink(2 * edge);
  unlink(2 * edge + 1);
  arcs_[2 * edge].next = free_;
  free_ = edge;
  --edges_;
  // What was put further on because of it moves up (Knuth's algorithm R).
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = slot; slots_[at = (at + 1) & mask] != kNone;) {
    const std::uint32_t other = slots_[at];
    const std::size_t from = home(arcs_[2 * other].to, arcs_[2 * other + 1].to);
    if (((at - from) & mask) < ((at - slot) & mask)) continue;
    slots_[slot] = other;
    slot = at;
  }
  slots_[slot] = kNone;
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
  for (std::uint32_t edge = 0; edge < edge_end(); ++edge) {
    if (weights_[edge] == 0) continue;
    ++edges;
    if (is_fraction(weights_[edge])) ++fractions;
    if (slots_[slot_of(arcs_[2 * edge].to, arcs_[2 * edge + 1].to)] != edge) return false;
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
  const auto taken = std::ranges::count_if(slots_.span(), [](auto e) { return e != kNone; });
  return edges == edges_ && fractions == fractions_ && listed == 2 * edges &&
         static_cast<std::uint32_t>(taken) == edges;
}

}  // namespace rv
