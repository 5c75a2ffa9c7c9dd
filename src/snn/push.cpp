#include "snn/push.h"

namespace rv {

void Push::clear() noexcept {
  for (const Neuron& neuron : neurons_.span()) slots_[neuron.node] = 0;
  neurons_.reset();
  arcs_.reset();
  first_ = last_ = kNone;
  spikes_ = 0;
}

Status Push::run(PushGraph& graph, std::uint32_t nodes, std::span<const Charge> charges,
                 const PushOptions& options) noexcept {
  clear();
  const std::size_t known = slots_.size();
  if (known < nodes) {
    if (const Status status = slots_.resize(nodes); status != Status::kOk) return status;
    for (std::uint32_t& slot : slots_.span().subspan(known)) slot = 0;
  }
  for (const Charge& it : charges)
    if (const Status status = charge(graph, it.node, it.mass, options.epsilon);
        status != Status::kOk)
      return status;
  while (first_ != kNone)
    if (const Status status = fire(graph, first_, options); status != Status::kOk) return status;
  return Status::kOk;
}

Status Push::charge(const PushGraph& graph, std::uint32_t node, double mass,
                    double epsilon) noexcept {
  std::uint32_t at = find(node);
  if (at == kNone) {
    at = static_cast<std::uint32_t>(neurons_.size());
    if (const Status status = neurons_.reserve(at + 1); status != Status::kOk) return status;
    neurons_.push({node, kIdle, kNone, kNone, epsilon * graph.degree(node), 0, 0});
    slots_[node] = at + 1;
  }
  Neuron& neuron = neurons_[at];
  if (neuron.threshold == 0) {
    neuron.activation += mass;
    return Status::kOk;
  }
  neuron.charge += mass;
  if (neuron.next != kIdle || neuron.charge < neuron.threshold) return Status::kOk;
  neuron.next = kNone;
  (first_ == kNone ? first_ : neurons_[last_].next) = at;
  last_ = at;
  return Status::kOk;
}

Status Push::fire(PushGraph& graph, std::uint32_t at, const PushOptions& options) noexcept {
  Neuron& neuron = neurons_[at];
  first_ = neuron.next;
  neuron.next = kIdle;
  ++spikes_;
  if (neuron.arcs == kNone) {
    neuron.arcs = static_cast<std::uint32_t>(arcs_.size());
    if (const Status status = graph.append_arcs(neuron.node, arcs_); status != Status::kOk)
      return status;
    neuron.arcs_end = static_cast<std::uint32_t>(arcs_.size());
  }
  const std::uint32_t begin = neuron.arcs, end = neuron.arcs_end;
  double sum = 0;
  for (std::uint32_t i = begin; i < end; ++i) sum += arcs_[i].weight;
  // Where there is nowhere to go, all stays.
  const double sent = begin == end ? 0 : options.alpha * neuron.charge;
  neuron.activation += neuron.charge - sent;
  neuron.charge = 0;
  if (sent == 0) return Status::kOk;
  // Neurons move where there come more of them.
  for (std::uint32_t i = begin; i < end; ++i)
    if (const Status status =
            charge(graph, arcs_[i].to, sent * arcs_[i].weight / sum, options.epsilon);
        status != Status::kOk)
      return status;
  return Status::kOk;
}

double Push::weight(std::uint32_t from, std::uint32_t to) const noexcept {
  const std::uint32_t at = find(from);
  if (at == kNone || neurons_[at].arcs == kNone) return 0;
  const Neuron& neuron = neurons_[at];
  for (const PushArc& arc : arcs_.span().subspan(neuron.arcs, neuron.arcs_end - neuron.arcs))
    if (arc.to == to) return arc.weight;
  return 0;
}

double Push::residual() const noexcept {
  double sum = 0;
  for (const Neuron& neuron : neurons_.span()) sum += neuron.charge;
  return sum;
}

}  // namespace rv
