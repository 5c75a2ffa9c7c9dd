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
  kVectors = 0,      // every matching vector, or what is stored of it
  kCodes = 1,        // every matching code, then the vectors of the nearest
  kGraph = 2,        // the graph, then vectors; with a filter, through rows that do not match too
  kTwoHops = 3,      // the graph of the matching rows, two links at a time
  kFilterAfter = 4,  // the graph as without a filter, and of what it finds what matches
};

// What searches take on the data of a collection, in counted work: found by searching for some of
// its own rows (upkeep.cpp), so that a plan depends on the data and not on what was asked before.
struct Calibration {
  std::uint32_t scanned_rows = 0;  // live rows when scans were measured
  std::uint32_t walked_rows = 0;   // linked rows when walks were
  float reranked_per_k = 20;       // vectors that one-bit codes leave in reach
  float evaluations_per_ef = 16;   // of a walk; before the first, about what is common
};

// What planning knows of one query.
struct PlanInput {
  bool filtered = false;
  bool has_codes = false;
  bool one_bit = false;    // the codes that are scanned
  bool has_graph = false;  // that can answer it
  double rows = 0;
  double matches = 0;  // live rows that pass the filter
  double vector_bytes = 0;
  double code_bytes = 0;
  double ranked = 0;  // vectors that a scan of codes looks at
  Calibration cost;
  double tail = 0;  // rows that the graph does not have yet
  double ef = 0;
  double width = 0;        // of a filtered walk that finds enough (foresight.h); at least ef
  double walk_bytes = 0;   // of one comparison along the graph
  double links_bytes = 0;  // of one node's links
  double share = 1;        // of all live rows that match
  double selectivity = 1;  // the same around the query
};

// The cheaper way to look at all matching rows, and its work.
Plan plan_scan(const PlanInput& in) noexcept;
double scan_work(const PlanInput& in) noexcept;

// By how much a filtered walk must be wider than one without a filter to find as much: where fewer
// rows match around the query than elsewhere, its nearest matches lie at the edge of where it goes.
double widening(const PlanInput& in, Plan plan) noexcept;

// Whether a walk can be cheaper than a scan, if enough rows match around the query.
bool may_walk(const PlanInput& in) noexcept;

// The plan of the least work. With a filter, `selectivity` is that around the query.
Plan choose_plan(const PlanInput& in) noexcept;

// Comparisons after which a walk is given up: it has then cost too much of the scan it was to save.
double walk_limit(const PlanInput& in) noexcept;

}  // namespace rv
