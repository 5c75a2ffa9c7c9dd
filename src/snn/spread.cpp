// Activation over a network's own edges: push.h, along weights above 0.
#include <algorithm>

#include "snn/network.h"
#include "snn/push.h"

namespace rv {
namespace {

class Wires final : public PushGraph {
 public:
  explicit Wires(SpikingNetwork& network) noexcept : network_(network) {
    for (const double weight : network.weights()) heaviest_ = std::max(heaviest_, weight);
  }

  double degree(std::uint32_t node) const noexcept override {
    double sum = 0;
    for (const std::uint32_t edge : network_.out_edges(node)) sum += arc(edge).weight;
    return sum / heaviest_;
  }

  Status append_arcs(std::uint32_t node, Array<PushArc>& arcs) noexcept override {
    const auto edges = network_.out_edges(node);
    if (arcs.reserve(arcs.size() + edges.size()) != Status::kOk) return Status::kOutOfMemory;
    for (const std::uint32_t edge : edges)
      if (arc(edge).weight > 0) arcs.push(arc(edge));
    return Status::kOk;
  }

 private:
  PushArc arc(std::uint32_t edge) const noexcept {
    const double weight = network_.weights()[edge];
    return {network_.ends()[network_.weights().size() + edge], std::max(weight, 0.0)};
  }

  SpikingNetwork& network_;
  double heaviest_ = 1e-300;  // so that thresholds do not depend on the unit of weights
};

}  // namespace

Status SpikingNetwork::spread(double alpha, double epsilon) noexcept {
  const auto neurons = static_cast<std::uint32_t>(neurons_.size());
  if (charges_.reserve(neurons) != Status::kOk) return Status::kOutOfMemory;
  charges_.reset();
  for (std::uint32_t n = 0; n < neurons; ++n) {
    double& charge = neurons_[n].reading;
    if (charge > 0) charges_.push({n, charge});
    charge = 0;
  }
  Wires wires(*this);
  const Status status = push_.run(wires, neurons, charges_.span(), {alpha, epsilon});
  for (const Push::Neuron& neuron : push_.neurons())
    neurons_[neuron.node].reading = neuron.activation;
  readings_.pushes = static_cast<double>(push_.spikes());
  readings_.residual = push_.residual();
  return status;
}

}  // namespace rv
