#include "dag/btsp.h"

#include <algorithm>

#include "base/exponential.h"

namespace rv {
namespace {

double eligibility_at(const Synapse& synapse, double time, const BtspOptions& options) noexcept {
  if (synapse.eligibility == 0) return 0;  // it never ran: `time` says nothing
  return synapse.eligibility * exponential((synapse.time - time) / options.tau);
}

// Written so that NaN fails. What never ran has no last time.
bool comes_after(double time, const Synapse& synapse) noexcept {
  return time - time == 0 && (synapse.eligibility == 0 || time >= synapse.time);
}

}  // namespace

Status execute(Synapse& synapse, double time, const BtspOptions& options) noexcept {
  if (!comes_after(time, synapse)) return Status::kInvalidArgument;
  synapse = {synapse.weight, eligibility_at(synapse, time, options) + 1, time};
  return Status::kOk;
}

Status plateau(std::span<Synapse> synapses, double time, const BtspOptions& options) noexcept {
  for (const Synapse& synapse : synapses)
    if (!comes_after(time, synapse)) return Status::kInvalidArgument;
  for (Synapse& synapse : synapses) {
    const double eligible = std::min(1.0, eligibility_at(synapse, time, options));
    double& weight = synapse.weight;
    weight += options.rate * ((1 - weight) * eligible - weight * (1 - eligible) / 2);
    weight = std::clamp(weight, 0.0, 1.0);
  }
  return Status::kOk;
}

}  // namespace rv
