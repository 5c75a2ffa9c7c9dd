#include "mincut/flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-12;

}  // namespace

Status FlowNetwork::begin(std::uint32_t nodes, std::size_t edges) noexcept {
  if (arcs_.reserve(2 * edges) != Status::kOk || nodes_.reserve(nodes) != Status::kOk ||
      queue_.resize(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  arcs_.reset();
  nodes_.reset();
  for (std::uint32_t node = 0; node < nodes; ++node) nodes_.push({{}, kNone, kNone, false});
  largest_ = dearest_ = 0;
  integers_ = true;
  scanned_ = 0;
  return Status::kOk;
}

void FlowNetwork::add_edge(std::uint32_t from, std::uint32_t to, double capacity,
                           double price) noexcept {
  if (capacity < kInfinity) largest_ = std::max(largest_, capacity);
  dearest_ = std::max(dearest_, price);
  integers_ = integers_ && capacity == std::floor(capacity);
  const auto arc = static_cast<std::uint32_t>(arcs_.size());
  arcs_.push({to, nodes_[from].first, capacity, price});
  nodes_[from].first = arc;
  arcs_.push({from, nodes_[to].first, 0, -price});
  nodes_[to].first = arc + 1;
}

double FlowNetwork::solve() noexcept {
  none_ = integers_ ? 0 : kRounding * largest_;
  const auto sink = static_cast<std::uint32_t>(nodes_.size()) - 1;
  double value = 0;
  for (double more = 1; more > 0 && more < kInfinity; value += more) {
    find_ways(0);
    more = is_reached(sink, 0) ? block() : 0;
  }
  find_ways(1);
  return value;
}

// Over arcs that can take more, from the source or, backwards, to the sink (Bellman 1958, Moore
// 1959). Those of the last call from the source, which does not find the sink, say what the source
// side is. Of equal prices the fewest arcs bound the number of calls whatever the numbers are
// (Edmonds, Karp 1972).
void FlowNetwork::find_ways(std::uint32_t backwards) noexcept {
  const double same = kRounding * dearest_;
  for (Node& node : nodes_.span()) node.way[backwards] = {kInfinity, kNone};
  std::size_t head = 0, waiting = 1;
  queue_[0] = backwards == 0 ? 0 : static_cast<std::uint32_t>(nodes_.size()) - 1;
  nodes_[queue_[0]].way[backwards] = {0, 0};
  for (; waiting > 0; --waiting) {
    Node& node = nodes_[queue_[head]];
    if (++head == nodes_.size()) head = 0;
    node.is_waiting = false;
    const Way way = node.way[backwards];
    // Only rounding makes a way so long, by a circle that seems to pay.
    if (way.length == nodes_.size()) continue;
    for (std::uint32_t at = node.first; at != kNone; at = arcs_[at].next) {
      ++scanned_;
      const Arc& arc = arcs_[at ^ backwards];
      if (arc.residual <= none_) continue;
      const std::uint32_t to = arcs_[at].to;
      const Way found{way.price + arc.price, way.length + 1};
      Way& known = nodes_[to].way[backwards];
      if (found.price >= known.price - same &&
          (found.price > known.price || found.length >= known.length))
        continue;
      known = found;
      if (nodes_[to].is_waiting) continue;
      nodes_[to].is_waiting = true;
      std::size_t end = head + waiting - 1;
      queue_[end >= nodes_.size() ? end - nodes_.size() : end] = to;
      ++waiting;
    }
  }
}

// Fills the ways from the source to the sink, one after another, until each has a full arc.
double FlowNetwork::block() noexcept {
  for (Node& node : nodes_.span()) node.current = node.first;
  const auto sink = static_cast<std::uint32_t>(nodes_.size()) - 1;
  double sent = 0;
  std::size_t length = 0;  // of the path, whose arcs are in queue_
  std::uint32_t node = 0;
  for (;;) {
    if (node == sink) {
      double most = kInfinity;
      for (std::size_t i = 0; i < length; ++i) most = std::min(most, arcs_[queue_[i]].residual);
      if (most == kInfinity) return kInfinity;
      sent += most;
      for (std::size_t i = length; i-- > 0;) {
        const std::uint32_t arc = queue_[i];
        arcs_[arc].residual -= most;
        arcs_[arc ^ 1].residual += most;
        if (arcs_[arc].residual <= none_) length = i;
      }
      node = arcs_[queue_[length] ^ 1].to;
    }
    std::uint32_t& arc = nodes_[node].current;
    while (arc != kNone && !leads_on(nodes_[node], arc)) arc = arcs_[arc].next;
    if (arc != kNone) {
      queue_[length++] = arc;
      node = arcs_[arc].to;
      continue;
    }
    if (node == 0) return sent;
    // A dead end: back, and on with the next arc there.
    nodes_[node].way[0].length = kNone;
    node = arcs_[queue_[--length] ^ 1].to;
  }
}

// Whether a way of find_ways() goes along the arc.
bool FlowNetwork::leads_on(const Node& node, std::uint32_t at) noexcept {
  ++scanned_;
  const Arc& arc = arcs_[at];
  const Way& way = nodes_[arc.to].way[0];
  return arc.residual > none_ && way.length == node.way[0].length + 1 &&
         way.price == node.way[0].price + arc.price;
}

}  // namespace rv
