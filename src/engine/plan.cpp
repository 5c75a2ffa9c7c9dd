#include "engine/plan.h"

#include <algorithm>

#include "base/build.h"

namespace rv {
namespace {

// Work of one byte: ratios of times measured in wasm.
constexpr double kStream = 1;    // vectors, one after another
constexpr double kGather = 1.5;  // vectors, here and there
constexpr double kBits = 1.75;   // one-bit codes, one after another
constexpr double kInt8 = 1.25;   // int8 codes, one after another
constexpr double kWalk = 5;      // codes and links along a graph

double vectors_work(const PlanInput& in) noexcept {
  const double all = in.rows * in.vector_bytes * kStream;
  return in.filtered ? std::min(in.matches * in.vector_bytes * kGather, all) : all;
}

double codes_work(const PlanInput& in, double rows, double matches) noexcept {
  const double rerank = std::min(in.ranked, matches) * in.vector_bytes * kGather;
  // Of one-bit codes, blocks of 32 rows are read where one row matches.
  if (in.one_bit) return std::min(rows, 32 * matches) * in.code_bytes * kBits + rerank;
  return matches * in.code_bytes * kInt8 + rerank;
}

double tail_work(const PlanInput& in) noexcept {
  return codes_work(in, in.tail, std::min(in.tail, in.matches));
}

double walk_work(const PlanInput& in, double width) noexcept {
  const double read = in.cost.evaluations_per_ef * in.walk_bytes + in.links_bytes;
  return width * read * kWalk;
}

// The graph, walked until it has found as many matches as are among in.width nodes. About half of a
// walk goes to where the query is, whatever matches there.
double graph_work(const PlanInput& in) noexcept {
  return walk_work(in, (in.ef + in.width) / 2) * widening(in, Plan::kGraph) + tail_work(in);
}

// Few comparisons, but the links of every neighbour that does not match: three times a plain walk,
// as measured, for shares from a half down to where a scan is cheaper anyway.
double two_hops_work(const PlanInput& in) noexcept {
  return walk_work(in, in.ef) * widening(in, Plan::kTwoHops) * 3 + tail_work(in);
}

}  // namespace

Plan plan_scan(const PlanInput& in) noexcept {
  return in.has_codes && codes_work(in, in.rows, in.matches) < vectors_work(in) ? Plan::kCodes
                                                                                : Plan::kVectors;
}

double scan_work(const PlanInput& in) noexcept {
  return plan_scan(in) == Plan::kCodes ? codes_work(in, in.rows, in.matches) : vectors_work(in);
}

double widening(const PlanInput& in, Plan plan) noexcept {
  const double rarer = in.share / in.selectivity;
  return std::clamp(plan == Plan::kTwoHops ? rarer : 0.75 * rarer, 1.0, 12.0);
}

bool may_walk(const PlanInput& in) noexcept {
  return in.has_graph && walk_work(in, in.ef) + tail_work(in) < scan_work(in);
}

Plan choose_plan(const PlanInput& in) noexcept {
  const Plan scan = plan_scan(in);
  if (!may_walk(in)) return scan;
  if (!kHasFilteredWalks || !in.filtered) return Plan::kGraph;
  const double graph = graph_work(in);
  const double two_hops = two_hops_work(in);
  // Where next to nothing matches around the query, two hops lead nowhere.
  if (in.selectivity < 0.02 || std::min(graph, two_hops) >= scan_work(in)) return scan;
  return graph < two_hops ? Plan::kGraph : Plan::kTwoHops;
}

double walk_limit(const PlanInput& in) noexcept { return scan_work(in) / (in.walk_bytes * kWalk); }

}  // namespace rv
