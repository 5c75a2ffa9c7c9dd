// Which way of answering a query does the least work. Numbers in, a plan out.
//
// Work is bytes read, weighted by how fast each kind of reading goes: one after another or here and
// there, with little or with much arithmetic a byte. Weights are ratios of times measured in wasm
// (tests/bench); they depend on no clock here.
#pragma once

#include <cstdint>

namespace rv {

// Values cross into JavaScript: append, never renumber.
enum class Plan : std::uint8_t {
  kVectors = 0,  // every matching vector, or what is stored of it
  kCodes = 1,    // every matching code, then the vectors of the nearest
  kGraph = 2,    // the graph, then vectors; with a filter, through rows that do not match too
  kTwoHops = 3,  // the graph of the matching rows, two links at a time
};

// What planning knows of one query.
struct PlanInput {
  bool filtered = false;
  bool has_codes = false;
  bool one_bit = false;  // the codes that are scanned
  bool has_graph = false;
  double rows = 0;
  double matches = 0;  // live rows that pass the filter
  double dim = 0;
  double vector_bytes = 0;
  double code_bytes = 0;
  double depth = 0;  // candidates of a scan of codes
  double tail = 0;   // rows that the graph does not have yet
  double ef = 0;
  double walk_bytes = 0;   // of one comparison along the graph
  double links_bytes = 0;  // of one node's links
  double evaluations_per_ef = 0;
  double selectivity = 1;  // matching rows around the query
};

// The cheaper way to look at all matching rows, and its work.
Plan plan_scan(const PlanInput& in) noexcept;
double scan_work(const PlanInput& in) noexcept;

// Whether a walk can be cheaper than a scan, if enough rows match around the query.
bool may_walk(const PlanInput& in) noexcept;

// The plan of the least work. With a filter, `selectivity` is that around the query.
Plan choose_plan(const PlanInput& in) noexcept;

// Comparisons after which a walk is given up: it has then cost too much of the scan it was to save.
double walk_limit(const PlanInput& in) noexcept;

}  // namespace rv
