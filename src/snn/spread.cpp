// Activation over a network's own edges: push.h, along weights above 0.
#include "snn/network.h"
#include "snn/push.h"

namespace rv {
namespace {

class Wires final : public PushGraph {
 public:
  explicit Wires(SpikingNetwork& network) noexcept : network_(network) {}

  double degree(std::uint32_t node) const noexcept override {
    double sum = 0;
    for (const std::uint32_t edge : network_.out_edges(node)) sum += double{weight(edge)};
    return sum;
  }

  Status append_arcs(std::uint32_t node, Array<PushArc>& arcs) noexcept override {
    const auto edges = network_.out_edges(node);
    if (arcs.reserve(arcs.size() + edges.size()) != Status::kOk) return Status::kOutOfMemory;
    const auto to = network_.ends().subspan(network_.weights().size());
    for (const std::uint32_t edge : edges)
      if (weight(edge) > 0) arcs.push({to[edge], weight(edge)});
    return Status::kOk;
  }

 private:
  float weight(std::uint32_t edge) const noexcept {
    const auto weight = static_cast<float>(network_.weights()[edge]);
    return weight > 0 ? weight : 0;
  }

  SpikingNetwork& network_;
};

}  // namespace

Status SpikingNetwork::spread(double alpha, double epsilon) noexcept {
  Array<Push::Charge> charges(budget_);
  for (std::uint32_t n = 0; n < neurons_; ++n) {
    if (at(kReading, n) == 0) continue;
    if (charges.reserve(charges.size() + 1) != Status::kOk) return Status::kOutOfMemory;
    charges.push({n, at(kReading, n)});
    at(kReading, n) = 0;
  }
  Wires wires(*this);
  const Status status = push_.run(wires, neurons_, charges.span(), {alpha, epsilon});
  if (status != Status::kOk) return status;
  for (const Push::Neuron& neuron : push_.neurons()) at(kReading, neuron.node) = neuron.activation;
  readings_.pushes = static_cast<double>(push_.spikes());
  readings_.residual = push_.residual();
  return Status::kOk;
}

}  // namespace rv
