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
    : arcs_(budget),
      first_(budget),
      current_(budget),
      level_(budget),
      queue_(budget),
      reaches_(budget) {}

Status FlowNetwork::begin(std::uint32_t nodes, std::uint32_t edges) noexcept {
  if (arcs_.reserve(2 * std::size_t{edges}) != Status::kOk ||
      first_.reserve(nodes) != Status::kOk || current_.reserve(nodes) != Status::kOk ||
      level_.reserve(nodes) != Status::kOk || queue_.reserve(nodes) != Status::kOk ||
      reaches_.reserve(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  arcs_.reset();
  for (Array<std::uint32_t>* each : {&first_, &current_, &level_, &queue_})
    (void)each->resize(nodes);
  (void)reaches_.resize(nodes);
  std::ranges::fill(first_.span(), kNone);
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
  arcs_.push({to, first_[from], capacity});
  first_[from] = arc;
  arcs_.push({from, first_[to], reverse});
  first_[to] = arc + 1;
}

double FlowNetwork::solve(std::uint32_t source, std::uint32_t sink) noexcept {
  none_ = integers_ ? 0 : kResidue * largest_;
  double value = 0;
  while (value < kInfinity && find_levels(source, sink)) value += block(source, sink);
  find_reaching(sink);
  return value;
}

// Distances from the source over arcs that can take more; those of the last call, which does not
// find the sink, say what the source side is.
bool FlowNetwork::find_levels(std::uint32_t source, std::uint32_t sink) noexcept {
  std::ranges::fill(level_.span(), kNone);
  std::size_t end = 0;
  level_[source] = 0;
  queue_[end++] = source;
  for (std::size_t at = 0; at < end; ++at) {
    const std::uint32_t node = queue_[at];
    for (std::uint32_t arc = first_[node]; arc != kNone; arc = arcs_[arc].next) {
      ++scanned_;
      const std::uint32_t to = arcs_[arc].to;
      if (arcs_[arc].residual <= none_ || level_[to] != kNone) continue;
      level_[to] = level_[node] + 1;
      queue_[end++] = to;
    }
  }
  return level_[sink] != kNone;
}

// Fills shortest paths, one after another, until each has a full arc.
double FlowNetwork::block(std::uint32_t source, std::uint32_t sink) noexcept {
  std::ranges::copy(first_.span(), current_.data());
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
    std::uint32_t& arc = current_[node];
    for (; arc != kNone; arc = arcs_[arc].next) {
      ++scanned_;
      const Arc& way = arcs_[arc];
      if (way.residual > none_ && level_[way.to] == level_[node] + 1) break;
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
    current_[node] = arcs_[came].next;
  }
}

void FlowNetwork::find_reaching(std::uint32_t sink) noexcept {
  std::ranges::fill(reaches_.span(), std::uint8_t{0});
  std::size_t end = 0;
  reaches_[sink] = 1;
  queue_[end++] = sink;
  for (std::size_t at = 0; at < end; ++at)
    for (std::uint32_t arc = first_[queue_[at]]; arc != kNone; arc = arcs_[arc].next) {
      ++scanned_;
      const std::uint32_t from = arcs_[arc].to;
      if (arcs_[arc ^ 1].residual <= none_ || reaches_[from] != 0) continue;
      reaches_[from] = 1;
      queue_[end++] = from;
    }
}

}  // namespace rv
