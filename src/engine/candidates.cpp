// The second half of a query: finding candidates by codes or along the graph, and ranking them by
// the vectors, or by what is stored of them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/build.h"
#include "engine/collection.h"

namespace rv {
// Calls take(rows, nearest) for the accepted rows from `from` on, a group at a time.
void Collection::offer_accepted(std::uint32_t from, Offer take, TopK& nearest) noexcept {
  std::uint32_t rows[kGroup];
  std::uint32_t count = 0;
  const std::uint32_t end = store_.rows();
  for (std::uint32_t row = from; row < end; ++row) {
    if (accepting_) {
      // Words without a match are passed over whole.
      const std::uint64_t word = accepted_.words()[row / 64] >> (row % 64);
      if (word == 0) {
        row |= 63;
        continue;
      }
      row += static_cast<std::uint32_t>(std::countr_zero(word));
    }
    rows[count++] = row;
    if (count < kGroup) continue;
    (this->*take)({rows, count}, nearest);
    count = 0;
  }
  (this->*take)({rows, count}, nearest);
}

// Exact distances, or as exact as what is stored.
[[gnu::noinline]] void Collection::offer(std::span<const std::uint32_t> rows,
                                         TopK& nearest) noexcept {
  const std::span<float> out{exact_, rows.size()};
  const bool released = store_.released_rows() > 0;
  if (released)
    codes_.stored().stored_distances(codes_.stored_query(prepared_), rows, out);
  else
    codes_.plain().distances(prepared_.form(PreparedQuery::kPlain), rows, out);
  for (std::size_t i = 0; i < rows.size(); ++i) nearest.offer(out[i], rows[i]);
  cost_.distance_evaluations += rows.size();
  cost_.bytes_read += rows.size() * vector_bytes();
}

// The codes of all accepted rows from `from` on; the best are ranked by their vectors, so many that
// the others are out of reach.
Status Collection::scan_codes(std::uint32_t from, const Effort& effort, TopK& nearest) noexcept {
  const auto depth_limit = std::max<std::size_t>(store_.rows(), 1);
  if (codes_.has_bits()) codes_.turn(prepared_);
  std::size_t ranked = 0;
  float off = 0;
  for (std::size_t depth = std::min<std::size_t>(effort.depth, depth_limit);; depth *= 4) {
    depth = std::min(depth, depth_limit);
    if (candidates_.resize(depth) != Status::kOk) return Status::kOutOfMemory;
    TopK candidates(candidates_.span().first(depth));
    offer_codes(from, candidates);
    const std::span<const Neighbor> sorted = candidates.sort();
    // The nearest candidates are the same ones, in the same order, at every depth.
    off = rank(sorted.subspan(ranked), false, from, off, nearest);
    ranked = sorted.size();
    if (ranked < depth || depth == depth_limit || is_out_of_reach(sorted.back(), off, nearest))
      break;
  }
  return Status::kOk;
}

void Collection::offer_codes(std::uint32_t from, TopK& candidates) noexcept {
  if (codes_.has_bits()) {
    const auto* live =
        accepting_ ? reinterpret_cast<const std::uint32_t*>(accepted_.words().data()) : nullptr;
    const std::uint32_t begin = from / BitScan::kBlockRows * BitScan::kBlockRows;
    const std::uint32_t scanned = codes_.bits().scan(prepared_.form(PreparedQuery::kBits), begin,
                                                     store_.rows(), live, candidates);
    cost_.codes_scanned += scanned;
    cost_.bytes_read += scanned * bit_bytes();
    return;
  }
  offer_accepted(from, &Collection::offer_int8, candidates);
}

void Collection::offer_int8(std::span<const std::uint32_t> rows, TopK& candidates) noexcept {
  float distances[kGroup];
  codes_.int8().distances(prepared_.form(PreparedQuery::kInt8), rows, {distances, rows.size()});
  for (std::size_t i = 0; i < rows.size(); ++i) candidates.offer(distances[i], rows[i]);
  cost_.codes_scanned += rows.size();
  cost_.bytes_read += rows.size() * codes_.int8().blocks().row_bytes();
}

// Candidates, nearest first as their codes tell: rows of a scan or, `nodes`, what a walk found,
// each with its twins. What cannot be among the nearest is passed over: what one-bit codes offer is
// a bound, other codes are as far off as those ranked so far were, which is `off` and what it
// returns.
float Collection::rank(std::span<const Neighbor> candidates, bool nodes, std::uint32_t from,
                       float off, TopK& nearest) noexcept {
  const bool bounds = !nodes && codes_.has_bits();
  std::uint32_t rows[kGroup];
  float estimates[kGroup];
  std::uint32_t count = 0;
  const auto flush = [&] {
    offer({rows, count}, nearest);
    for (std::uint32_t i = 0; i < count && !bounds; ++i)
      off = std::max(off, std::abs(exact_[i] - estimates[i]));
    cost_.reranked += count;
    count = 0;
  };
  for (const Neighbor& candidate : candidates) {
    if (candidate.row < from) continue;
    if (is_out_of_reach(candidate, off, nearest)) continue;
    std::uint32_t row = candidate.row;
    do {
      if (!accepts(row)) continue;
      rows[count] = row;
      estimates[count++] = candidate.distance;
      if (count == kGroup) flush();
    } while (nodes && (row = graph_.next_twin(row)) != candidate.row);
    if (count >= (nearest.is_full() ? kRerankGroup : std::min(k_, kGroup))) flush();
  }
  flush();
  return off;
}

void Collection::count_walk() noexcept {
  cost_.distance_evaluations += scratch_.cost.distance_evaluations;
  cost_.hops += scratch_.cost.hops;
  cost_.bytes_read +=
      scratch_.cost.distance_evaluations * codes_.navigator().code(graph_.entry()).size() +
      scratch_.cost.hops * graph_.node_bytes();
  scratch_.cost = {};
}

Status Collection::begin_walk(const Effort& effort) noexcept {
  scratch_.cost = {};
  const std::uint32_t width =
      std::max(effort.ef, kHasFilteredWalks && filtered_ ? Hnsw::kProbeWidth : 0);
  return scratch_.prepare(store_.rows(), width, codes_.navigator());
}

// The node of the query's own code, where a row has that.
std::uint32_t Collection::known_node() noexcept {
  if (withheld_ != kAny) return Hnsw::kNone;
  return graph_.find(codes_.navigator(), codes_.navigator_code(prepared_));
}

// False: there may be more matches than were found.
Result<bool> Collection::walk(Plan plan, PlanInput input, const Effort& effort, bool approached,
                              TopK& nearest) noexcept {
  if (!input.has_graph) return false;  // a plan that was forced
  if (!approached && begin_walk(effort) != Status::kOk) return Status::kOutOfMemory;
  const Codec& codec = codes_.navigator();
  const std::byte* query = codes_.navigator_query(prepared_);
  const Neighbor known{known_node(), -std::numeric_limits<float>::infinity()};
  std::span<const Neighbor> found;
  if (!kHasFilteredWalks || !input.filtered || plan == Plan::kFilterAfter) {
    graph_.search(
        codec, query, known.row,
        {effort.ef, k_, kHasFilteredWalks && plan == Plan::kFilterAfter ? 0 : effort.reach},
        scratch_);
    found = scratch_.beam.sorted();
    count_walk();
  } else {
    if (!approached) graph_.approach(codec, query, scratch_);
    const auto limit = static_cast<std::uint64_t>(forced_plan_ == kAny ? walk_limit(input) : 1e18);
    bool whole;
    for (;;) {
      const double wider = widening(input, plan);
      const double wanted =
          plan == Plan::kTwoHops ? input.ef : std::max(1.0 * k_, input.width * input.selectivity);
      if (kHasFilteredWalks && input.width > 0)
        foresight_->begin(wider * (plan == Plan::kTwoHops ? input.ef : input.width));
      const auto ef = static_cast<std::size_t>(std::round(wanted * wider));
      if (candidates_.resize(ef) != Status::kOk) return Status::kOutOfMemory;
      TopK matching(candidates_.span().first(ef));
      const std::uint64_t before = scratch_.cost.hops;
      whole = graph_.search_filtered(
          codec, query, {known.row, &accepted_, plan == Plan::kTwoHops ? 2u : 1u, limit}, matching,
          scratch_);
      found = matching.sort();
      // Where more rows matched around its start than around the query, it was too narrow; unless
      // it has seen all there is.
      const auto hops = static_cast<double>(scratch_.cost.hops - before);
      const auto matched = static_cast<double>(found.size());
      const bool again = whole && plan == Plan::kGraph && forced_plan_ == kAny &&
                         found.size() == ef && 2 * matched < input.selectivity * hops;
      if (!again) break;
      cost_.selectivity = input.selectivity = matched / hops;
      if (const Status status = foresee(input); status != Status::kOk) return status;
    }
    count_walk();
    if (!whole) return false;
  }
  rank(found, true, 0, 0, nearest);
  // Codes can rank others of the same code before it, as many as the walk is wide.
  if (known.row != Hnsw::kNone &&
      std::ranges::none_of(found, [&](const Neighbor& it) { return it.row == known.row; }))
    rank({&known, 1}, true, 0, 0, nearest);
  if (input.tail > 0) {
    if (input.has_codes) {
      if (const Status status = scan_codes(graph_rows_, effort, nearest); status != Status::kOk)
        return status;
    } else {
      offer_accepted(graph_rows_, &Collection::offer, nearest);
    }
  }
  return nearest.size() >= std::min(k_, matches_);
}

}  // namespace rv
