// Behavioural time-scale plasticity: what ran in the seconds before a surprise is kept at hand for
// the next time.
//
// The weight-dependent rule of Milstein et al., "Bidirectional synaptic plasticity rapidly modifies
// hippocampal representations", 2021, with traces as in Bittner et al. 2017. Times are arguments,
// in seconds of any clock that does not go back.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"

namespace rv {

// Of a node, of one pattern of plans. All zero in the beginning.
struct Synapse {
  double weight;       // of [0, 1]
  double eligibility;  // sum of e^-(age / tau) over executions, at `time`
  double time;         // of the last of them
};

struct BtspOptions {
  double tau = 2;     // > 0, seconds
  double rate = 0.5;  // of [0, 1]
};

// The node ran. kInvalidArgument: `time` is no number, or before its last execution.
Status execute(Synapse& synapse, double time, const BtspOptions& options) noexcept;

// A surprise (a plateau potential): weights of what is eligible grow, of the others fall.
// Executions are to be told in the order of time: a plateau knows of none after it.
// kInvalidArgument: as above, for any of them; nothing has changed.
Status plateau(std::span<Synapse> synapses, double time, const BtspOptions& options) noexcept;

}  // namespace rv
