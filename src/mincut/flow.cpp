#include "mincut/flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kResidue = 1e-12;

}  // namespace

FlowNetwork::FlowNetwork(MemoryBudget& budget) noexcept
    : arcs_(budget), nodes_(budget), queue_(budget) {}

Status FlowNetwork::begin(std::uint32_t nodes, std::uint32_t edges) noexcept {
  if (arcs_.reserve(2 * std::size_t{edges}) != Status::kOk ||
      nodes_.reserve(nodes) != Status::kOk || queue_.resize(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  arcs_.reset();
  nodes_.reset();
  for (std::uint32_t node = 0; node < nodes; ++node) nodes_.push({kNone, kNone, {}});
  largest_ = 0;
  integers_ = true;
  scanned_ = 0;
  return Status::kOk;
}

void FlowNetwork::add_edge(std::uint32_t from, std::uint32_t to, double capacity,
                           double reverse) noexcept {
  for (const double each : {capacity, reverse}) {
    if (each == kInfinity) continue;
    largest_ = std::max(largest_, each);
    integers_ = integers_ && each == std::floor(each);
  }
  const auto arc = static_cast<std::uint32_t>(arcs_.size());
  arcs_.push({to, nodes_[from].first, capacity});
  nodes_[from].first = arc;
  arcs_.push({from, nodes_[to].first, reverse});
  nodes_[to].first = arc + 1;
}

double FlowNetwork::solve(std::uint32_t source, std::uint32_t sink) noexcept {
  none_ = integers_ ? 0 : kResidue * largest_;
  double value = 0;
  for (;;) {
    find_levels(source, 0);
    if (nodes_[sink].level[0] == kNone || value == kInfinity) break;
    value += block(source, sink);
  }
  find_levels(sink, 1);
  return value;
}

// Distances from a node over arcs that can take more or, backwards, to it; those of the last call
// from the source, which does not find the sink, say what the source side is.
void FlowNetwork::find_levels(std::uint32_t from, std::uint32_t backwards) noexcept {
  for (Node& node : nodes_.span()) node.level[backwards] = kNone;
  std::size_t end = 0;
  nodes_[from].level[backwards] = 0;
  queue_[end++] = from;
  for (std::size_t at = 0; at < end; ++at) {
    const Node& node = nodes_[queue_[at]];
    for (std::uint32_t arc = node.first; arc != kNone; arc = arcs_[arc].next) {
      ++scanned_;
      std::uint32_t& level = nodes_[arcs_[arc].to].level[backwards];
      if (arcs_[arc ^ backwards].residual <= none_ || level != kNone) continue;
      level = node.level[backwards] + 1;
      queue_[end++] = arcs_[arc].to;
    }
  }
}

// Fills shortest paths, one after another, until each has a full arc.
double FlowNetwork::block(std::uint32_t source, std::uint32_t sink) noexcept {
  for (Node& each : nodes_.span()) each.current = each.first;
  double sent = 0;
  std::size_t length = 0;  // of the path, whose arcs are in queue_
  std::uint32_t node = source;
  for (;;) {
    if (node == sink) {
      double most = kInfinity;
      for (std::size_t i = 0; i < length; ++i) most = std::min(most, arcs_[queue_[i]].residual);
      if (most == kInfinity) return kInfinity;
      sent += most;
      std::size_t full = length;
      for (std::size_t i = length; i-- > 0;) {
        const std::uint32_t arc = queue_[i];
        arcs_[arc].residual -= most;
        arcs_[arc ^ 1].residual += most;
        if (arcs_[arc].residual <= none_) full = i;
      }
      length = full;
      node = arcs_[queue_[full] ^ 1].to;
    }
    std::uint32_t& arc = nodes_[node].current;
    for (; arc != kNone; arc = arcs_[arc].next) {
      ++scanned_;
      const Arc& way = arcs_[arc];
      if (way.residual > none_ && nodes_[way.to].level[0] == nodes_[node].level[0] + 1) break;
    }
    if (arc != kNone) {
      queue_[length++] = arc;
      node = arcs_[arc].to;
      continue;
    }
    if (node == source) return sent;
    // A dead end: back, and on with the next arc there.
    const std::uint32_t came = queue_[--length];
    node = arcs_[came ^ 1].to;
    nodes_[node].current = arcs_[came].next;
  }
}

}  // namespace rv
