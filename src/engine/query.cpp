// The query path: prepare buffers, let the host fill in queries and filter, search.
#include <algorithm>
#include <bit>

#include "base/build.h"
#include "base/limits.h"
#include "engine/collection.h"

namespace rv {

Status Collection::prepare(std::uint32_t count, std::uint32_t k) noexcept {
  query_count_ = k_ = 0;
  filtered_ = false;
  if (count == 0 || k == 0) return Status::kInvalidArgument;
  if (k > kMaxTopK) return Status::kLimitExceeded;
  const std::uint64_t query_bytes = std::uint64_t{count} * store_.shape().row_bytes();
  const std::uint64_t keys = std::uint64_t{count} * k;
  if (query_bytes > SIZE_MAX / 2 || keys > SIZE_MAX / 16) return Status::kOutOfMemory;

  if (queries_.resize(static_cast<std::size_t>(query_bytes)) != Status::kOk ||
      searches_.resize(count) != Status::kOk ||
      keys_.resize(static_cast<std::size_t>(keys)) != Status::kOk)
    return Status::kOutOfMemory;
  query_count_ = count;
  k_ = k;
  return Status::kOk;
}

std::span<std::uint64_t> Collection::filter() noexcept {
  if (accepted_.grow(store_.rows()) != Status::kOk) return {};
  filtered_ = true;
  return accepted_.words();
}

void Collection::withhold(std::uint32_t row) noexcept {
  withheld_ = row;
  // The entry is where every walk begins.
  const bool hides = row != kAny && graph_.is_alone(row) && row != graph_.entry();
  scratch_.hidden = hides ? row : Hnsw::kNone;
}

// Which rows can be answers: those of the filter, without the deleted ones.
Status Collection::accept_rows() noexcept {
  accepting_ = filtered_ || store_.has_deleted() || withheld_ != kAny;
  matches_ = store_.live_rows();
  if (!accepting_) return Status::kOk;
  if (const Status status = accepted_.grow(store_.rows()); status != Status::kOk) return status;
  const auto words = accepted_.words();
  const auto deleted = store_.deleted().words();
  matches_ = 0;
  const std::uint32_t full = store_.rows() / 64;  // words
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint64_t live = i < deleted.size() ? ~deleted[i] : 0;
    if (i >= full) live &= i > full ? 0 : (std::uint64_t{1} << store_.rows() % 64) - 1;
    words[i] = filtered_ ? words[i] & live : live;
    if (withheld_ / 64 == i) words[i] &= ~(std::uint64_t{1} << withheld_ % 64);
    matches_ += static_cast<std::uint32_t>(std::popcount(words[i]));
  }
  return Status::kOk;
}

Status Collection::search(bool exact, std::uint32_t ef, float reach) noexcept {
  const std::size_t row_bytes = store_.shape().row_bytes();
  cost_ = {};
  if (kHasFilteredWalks) foresight_->forget();
  std::ranges::fill(searches_.span(), FlatQuery{});
  for (std::uint32_t i = 0; i < query_count_; ++i) {
    const auto vector = queries_.span().subspan(i * row_bytes, row_bytes);
    const auto norm = inverse_norm(store_.shape(), vector);
    if (!norm.ok()) {
      faulty_ = i;
      return norm.status();
    }
    searches_[i] = {vector.data(), *norm, TopK(keys_.span().subspan(std::size_t{i} * k_, k_))};
  }
  if (const Status status = accept_rows(); status != Status::kOk) return status;
  const Status status = run(exact, effort(ef, reach));
  filtered_ = false;
  for (FlatQuery& query : searches_.span().first(query_count_))
    if (status == Status::kOk)
      query.nearest.sort();
    else
      query.nearest.clear();
  return status;
}

Status Collection::run(bool exact, const Effort& effort) noexcept {
  if (matches_ == 0) return Status::kOk;
  PlanInput input = plan_input(effort);
  Plan plan =
      forced_plan_ != kAny ? Plan{static_cast<std::uint8_t>(forced_plan_)} : choose_plan(input);
  if (exact) plan = Plan::kVectors;
  // With a filter, whether to walk depends on the matches around the query, which may be many or
  // none whatever the global share is.
  const bool asks =
      kHasFilteredWalks && filtered_ && !exact &&
      (forced_plan_ == kAny ? may_walk(input) : input.has_graph && plan == Plan::kFilterAfter);
  const bool gathers = filtered_ && 2 * matches_ < store_.rows();
  if (kHasFilteredWalks && plan == Plan::kGraph && filtered_ && !asks)
    if (const Status status = foresee(input); status != Status::kOk) return status;
  cost_.plan = plan;
  cost_.selectivity = input.selectivity;
  if (plan == Plan::kVectors && !asks && !gathers && store_.released_rows() == 0) {
    // All queries in one pass over the vectors.
    FlatCost cost;
    flat_search(store_, accepting_ ? &accepted_ : nullptr, searches_.span().first(query_count_),
                cost);
    cost_.distance_evaluations = cost.distance_evaluations;
    cost_.bytes_read = cost.bytes_read;
    return Status::kOk;
  }
  for (FlatQuery& query : searches_.span().first(query_count_)) {
    if (const Status status = codes_.prepare(query.vector, query.inverse_norm, prepared_);
        status != Status::kOk)
      return status;
    const Status status = asks ? search_around(input, effort, query.nearest)
                               : search_by(plan, input, effort, false, query.nearest);
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

Collection::Effort Collection::effort(std::uint32_t ef, float reach) const noexcept {
  const std::uint32_t width = ef == 0 ? std::max(2 * k_, kDefaultEf) : std::max(ef, k_);
  // Of one-bit codes at least 20 k (RaBitQ's rerank), and so many more that one scan will mostly
  // do: what is out of reach is not ranked. int8 codes are nearly exact.
  std::uint32_t sure = kMinRanked;
  if (codes_.has_bits()) {
    const std::uint32_t least = 20 * k_,
                        most = std::max(least, std::min(store_.rows() / 64, 4000u));
    sure = calibration_.scanned_rows == 0
               ? most
               : static_cast<std::uint32_t>(
                     std::clamp(8.0 * calibration_.reranked_per_k * k_, 1.0 * least, 1.0 * most));
  }
  const std::uint32_t depth = std::max({2 * k_, sure, ef});
  return {std::min(width, kMaxEf), std::min(depth, kMaxEf), ef != 0 || forced_plan_ != kAny, reach};
}

PlanInput Collection::plan_input(const Effort& effort) const noexcept {
  PlanInput in;
  in.rows = store_.rows();
  in.matches = matches_;
  in.filtered = filtered_;
  in.has_codes =
      codes_.active() && (codes_.has_bits() || config_.quantization == Quantization::kInt8);
  in.one_bit = codes_.has_bits();
  in.vector_bytes = static_cast<double>(vector_bytes());
  in.code_bytes =
      static_cast<double>(in.one_bit ? bit_bytes() : codes_.int8().blocks().row_bytes());
  in.ranked = in.one_bit ? 1.0 * calibration_.reranked_per_k * k_ : effort.depth;
  in.cost = calibration_;
  in.has_graph = effort.may_walk && has_graph() && (kHasFilteredWalks || !filtered_);
  in.tail = store_.rows() - graph_rows_;
  in.ef = effort.ef;
  in.links_bytes = static_cast<double>(graph_.node_bytes());
  if (in.has_graph)
    in.walk_bytes = static_cast<double>(codes_.navigator().code(graph_.entry()).size());
  in.share = in.selectivity = static_cast<double>(matches_) / store_.live_rows();
  return in;
}

// How wide a walk must be where in.selectivity of the nodes match.
Status Collection::foresee(PlanInput& input) noexcept {
  const Status status = foresight_->look(input, std::min(k_, matches_));
  input.width = foresight_->width();
  return status;
}

// Asks the graph how many rows match around the query, and goes on from there.
Status Collection::search_around(PlanInput input, const Effort& effort, TopK& nearest) noexcept {
  if (begin_walk(effort) != Status::kOk) return Status::kOutOfMemory;
  const Codec& codec = codes_.navigator();
  graph_.approach(codec, codes_.navigator_query(prepared_), scratch_);
  cost_.selectivity = input.selectivity = graph_.selectivity(accepted_, input.share, scratch_);
  // Without the planner, what it would have said is no part of the search.
  if (forced_plan_ == kAny) count_walk();
  scratch_.cost = {};
  if (const Status status = foresee(input); status != Status::kOk) return status;
  const Plan plan = forced_plan_ == kAny ? choose_plan(input) : Plan::kFilterAfter;
  return search_by(plan, input, effort, true, nearest);
}

Status Collection::search_by(Plan plan, const PlanInput& input, const Effort& effort,
                             bool approached, TopK& nearest) noexcept {
  cost_.plan = plan;
  if (input.has_graph && plan >= Plan::kGraph) {
    const Result<bool> done = walk(plan, input, effort, approached, nearest);
    if (!done.ok()) return done.status();
    // Without a planner that is all.
    if (*done || (kHasFilteredWalks && plan == Plan::kFilterAfter)) return Status::kOk;
    nearest.clear();
    ++cost_.fallbacks;
  }
  if (plan != Plan::kVectors && plan != Plan::kCodes) cost_.plan = plan = plan_scan(input);
  if (plan == Plan::kCodes && input.has_codes) return scan_codes(0, effort, nearest);
  offer_accepted(0, &Collection::offer, nearest);
  return Status::kOk;
}

std::span<const Neighbor> Collection::neighbors(std::uint32_t query) const noexcept {
  const auto* first = reinterpret_cast<const Neighbor*>(keys_.data() + std::size_t{query} * k_);
  return {first, query < query_count_ ? searches_[query].nearest.size() : 0};
}

}  // namespace rv
