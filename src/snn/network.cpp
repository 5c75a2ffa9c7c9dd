#include "snn/network.h"

#include <algorithm>
#include <limits>

#include "base/exponential.h"

namespace rv {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

SpikingNetwork::SpikingNetwork(std::uint64_t max_bytes) noexcept
    : budget_(max_bytes),
      neurons_(budget_),
      ends_(budget_),
      weights_(budget_),
      lists_(budget_),
      order_(budget_),
      spikes_(budget_),
      under_way_(budget_),
      charges_(budget_),
      push_(budget_) {}

Status SpikingNetwork::begin(std::uint32_t neurons, std::uint32_t edges) noexcept {
  most_spikes_ = std::max(neurons, 1024u);
  const bool has_room = neurons_.resize(neurons) == Status::kOk &&
                        ends_.resize(std::size_t{2} * edges) == Status::kOk &&
                        weights_.resize(edges) == Status::kOk &&
                        lists_.resize(2 * (std::size_t{neurons} + 1 + edges)) == Status::kOk &&
                        order_.resize(neurons) == Status::kOk &&
                        spikes_.reserve(most_spikes_) == Status::kOk;
  return has_room ? Status::kOk : Status::kOutOfMemory;
}

void SpikingNetwork::start() noexcept {
  for (Neuron& n : neurons_.span()) {
    n = {};
    n.last = -kNever;
  }
  list_edges(0);
  list_edges(1);
  readings_ = {};
  spikes_.reset();
  under_way_.reset();
  arrived_ = 0;
  window_began_ = 0;
  is_settled_ = true;
}

// Counting sort by one end, which leaves edges of one neuron in order.
void SpikingNetwork::list_edges(std::uint32_t side) noexcept {
  const std::size_t edges = weights_.size(), neurons = neurons_.size();
  std::uint32_t* const begins = lists_.data() + side * (neurons + 1 + edges);
  std::uint32_t* const list = begins + neurons + 1;
  const std::uint32_t* const ends = ends_.data() + side * edges;
  std::fill_n(begins, neurons + 1, 0);
  for (std::size_t e = 0; e < edges; ++e) ++begins[ends[e]];
  for (std::size_t n = 0; n < neurons; ++n) begins[n + 1] += begins[n];
  for (std::size_t e = edges; e-- > 0;) list[--begins[ends[e]]] = static_cast<std::uint32_t>(e);
}

std::span<const std::uint32_t> SpikingNetwork::edges_at(std::uint32_t side,
                                                        std::uint32_t neuron) const noexcept {
  const std::size_t begin_count = neurons_.size() + 1;
  const std::uint32_t* const begins = lists_.data() + side * (begin_count + weights_.size());
  const std::uint32_t* const list = begins + begin_count;
  return {list + begins[neuron], list + begins[neuron + 1]};
}

std::span<const std::uint32_t> SpikingNetwork::out_edges(std::uint32_t neuron) const noexcept {
  return edges_at(0, neuron);
}

std::span<const std::uint32_t> SpikingNetwork::in_edges(std::uint32_t neuron) const noexcept {
  return edges_at(1, neuron);
}

// Pre: `time` is not before `since`, unless the neuron is refractory then.
double SpikingNetwork::potential(const Neuron& neuron, double time) const noexcept {
  if (neuron.since >= time) return neuron.potential;
  const double end = settings_.rest + neuron.current;
  return end + (neuron.potential - end) * exponential((neuron.since - time) / settings_.tau);
}

void SpikingNetwork::read(bool settles) noexcept {
  for (Neuron& n : neurons_.span()) {
    n.reading = is_settled_ ? n.potential : potential(n, readings_.now);
    if (!settles) continue;
    n.potential = n.reading;
    n.since = std::max(n.since, readings_.now);
  }
  if (settles) is_settled_ = true;
  readings_.used_bytes = static_cast<double>(budget_.used_bytes());
}

bool SpikingNetwork::has_arrival(double until) const noexcept {
  return arrived_ < under_way_.size() && under_way_[arrived_].time <= until;
}

// The neuron of the next spike to arrive, which is under way no longer.
std::uint32_t SpikingNetwork::take_arrival() noexcept {
  const auto neuron = static_cast<std::uint32_t>(under_way_[arrived_++].neuron);
  const std::size_t left = under_way_.size() - arrived_;
  if (left > arrived_) return neuron;
  std::copy_n(under_way_.data() + arrived_, left, under_way_.data());
  (void)under_way_.resize(left);
  arrived_ = 0;
  return neuron;
}

Status SpikingNetwork::make_room(std::size_t spikes) noexcept {
  return settings_.delay > 0 ? under_way_.reserve(under_way_.size() + spikes) : Status::kOk;
}

// A spike of now. Pre: there is room for it.
void SpikingNetwork::fire(std::uint32_t neuron) noexcept {
  Neuron& n = neurons_[neuron];
  const double now = readings_.now;
  spikes_.push({now, static_cast<double>(neuron)});
  n.potential = settings_.reset;
  n.since = now + settings_.refractory;
  ++n.count;
  if (settings_.delay > 0)
    under_way_.push({now + settings_.delay, static_cast<double>(neuron)});
  else
    deliver(neuron);
  teach(neuron);
  n.last = now;
}

void SpikingNetwork::deliver(std::uint32_t neuron) noexcept {
  for (const std::uint32_t edge : out_edges(neuron)) {
    const std::uint32_t to = ends_[weights_.size() + edge];
    if (is_settled_)
      neurons_[to].input += weights_[edge];
    else
      kick(to, weights_[edge]);
  }
}

bool SpikingNetwork::validate() const noexcept {
  const std::size_t edges = weights_.size();
  for (std::uint32_t side = 0; side < 2; ++side) {
    std::size_t count = 0;
    for (std::uint32_t n = 0; n < neurons_.size(); ++n) {
      const auto list = edges_at(side, n);
      for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i] >= edges || ends_[side * edges + list[i]] != n ||
            (i > 0 && list[i] <= list[i - 1]))
          return false;
      count += list.size();
    }
    if (count != edges) return false;
  }
  for (std::size_t i = arrived_ + 1; i < under_way_.size(); ++i)
    if (under_way_[i].time < under_way_[i - 1].time) return false;
  if (is_settled_) return true;
  const std::uint32_t first = winner(1);
  const double soonest = neurons_[first].next;
  for (std::uint32_t n = 0; n < neurons_.size(); ++n) {
    const double next = neurons_[n].next;
    if (next < readings_.now || next < soonest || (next == soonest && n < first)) return false;
  }
  return true;
}

}  // namespace rv
