// A collection: vectors of one shape under one index. Numbers in, neighbours out; ids, metadata and
// the meaning of filters are the host's. Read the write path in write.cpp, the graph's upkeep in
// upkeep.cpp, the query path in query.cpp, and how a collection becomes bytes and back in save.cpp
// and load.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bitset.h"
#include "base/build.h"
#include "base/memory.h"
#include "base/top_k.h"
#include "engine/codes.h"
#include "engine/conf.h"
#include "engine/config.h"
#include "engine/foresight.h"
#include "engine/plan.h"
#include "index/flat/flat.h"
#include "index/hnsw/hnsw.h"
#include "snn/push.h"
#include "store/vector_store.h"

namespace rv {

class SectionWriter;

// A section of a snapshot as it lies in memory: rows in blocks, or bytes.
struct EngineSection {
  std::uint32_t kind;
  RowBlocks* blocks;
  std::uint32_t rows;
  std::span<std::byte> bytes;

  std::uint64_t length() const noexcept {
    return blocks == nullptr ? bytes.size() : std::uint64_t{rows} * blocks->row_bytes();
  }

  // The next run of bytes, from row `row` on, which moves behind it; empty at the end.
  std::span<std::byte> next(std::uint32_t& row) const noexcept {
    if (blocks == nullptr) return row++ == 0 ? bytes : std::span<std::byte>{};
    if (row >= rows) return {};
    const std::uint32_t run = std::min(blocks->contiguous_from(row), rows - row);
    const std::span<std::byte> part{blocks->row(row), run * blocks->row_bytes()};
    row += run;
    return part;
  }
};

// What one search did, in counted work.
struct QueryCost {
  Plan plan = Plan::kVectors;
  std::uint64_t distance_evaluations = 0;  // of vectors, or along a graph
  std::uint64_t codes_scanned = 0;
  std::uint64_t reranked = 0;  // of the evaluations: candidates of codes or of a graph
  std::uint64_t hops = 0;      // nodes of a graph whose links were followed
  std::uint64_t bytes_read = 0;
  std::uint64_t fallbacks = 0;  // walks given up for a scan
  double selectivity = 1;       // estimated, of the filter around the query
};

// How activation spreads from the nearest rows over the graph; spread.cpp says what for.
struct Spreading {
  std::uint32_t query;
  std::uint32_t seeds;  // nearest rows that it starts from, >= 1
  PushOptions push;
};

class Collection {
 public:
  // Rows from which on an index of type auto wants a graph.
  static constexpr std::uint32_t kAutoGraphRows = 20000;

  // `max_bytes` bounds the vectors and what goes with them. Query and result buffers are outside
  // it, so that a full collection still answers. kInvalidArgument, kLimitExceeded: see
  // Config::validate(); kOutOfMemory.
  static Result<std::unique_ptr<Collection>> create(const Config& config,
                                                    std::uint64_t max_bytes) noexcept;

  const Config& config() const noexcept { return config_; }
  const VectorStore& store() const noexcept { return store_; }
  VectorStore& store() noexcept { return store_; }
  const Hnsw& graph() const noexcept { return graph_; }
  std::uint64_t used_bytes() const noexcept { return budget_.used_bytes() + buffers_.used_bytes(); }
  float bytes_per_row() const noexcept;
  // What a host keeps beside the rows can draw on the same limit, and goes before the collection.
  MemoryBudget& budget() noexcept { return budget_; }

  // The vector of a live row as it was given, as far as it is kept; valid until the next call.
  // Null where there is no memory for it.
  const std::byte* vector(std::uint32_t row) noexcept;

  // ---- write.cpp ----

  // Room for `count` vectors, to be written through staged_row(i); then commit() takes them.
  // kOutOfMemory, kLimitExceeded: nothing changed.
  Status stage(std::uint32_t count) noexcept;
  std::byte* staged_row(std::uint32_t i) noexcept { return store_.row(store_.rows() + i); }

  // One target a staged vector, filled by the caller. Pre: stage(count) was kOk.
  std::span<std::uint32_t> targets() noexcept { return targets_.span(); }

  // See VectorStore::check(). faulty() says which staged vector kInvalidVector is about.
  Status commit() noexcept;

  Status remove(std::uint32_t row) noexcept;
  void compact() noexcept;
  void clear() noexcept;

  // ---- upkeep.cpp ----

  // Live rows that the graph ought to have and has not.
  std::uint32_t pending() const noexcept;

  // Links up to `rows` of them. kOutOfMemory: no room for a graph; searches do without.
  Status maintain(std::uint32_t rows) noexcept;

  // Distance evaluations of all linking since the collection was made: the work of building.
  std::uint64_t link_evaluations() const noexcept { return kCountsLinking ? link_evaluations_ : 0; }

  // ---- query.cpp ----

  // Room for `count` queries (row_bytes() each, one after another, to be written at queries()) and
  // k neighbours for each. kLimitExceeded: k above kMaxTopK; kInvalidArgument: zero; kOutOfMemory.
  Status prepare(std::uint32_t count, std::uint32_t k) noexcept;
  std::span<std::byte> queries() noexcept { return queries_.span(); }

  // Bits to be filled by the caller, one a row, before search(): rows whose bit is clear are passed
  // over by the next search(). Empty where there is no memory. Pre: prepare() was kOk.
  std::span<std::uint64_t> filter() noexcept;

  // The min(k, matching rows) nearest rows of each prepared query, nearest first, ties to the
  // smaller row: exactly so where `exact`, else as near as `ef` makes it (0: as scans find them,
  // since no width of a walk is known to be enough). Distances are what the metric ranks by:
  // squares under euclidean, whose f32 roots could tie where they do not. A walk without a filter
  // ends where what is left is `reach` times as far as the k-th node; 0: never, and under dot,
  // which has no zero to be a multiple from, it must be 0. kInvalidVector: faulty() says which
  // query; no results then.
  Status search(bool exact, std::uint32_t ef, float reach = 0) noexcept;

  // Leaves a row out of the next searches, as if it had never been written: its node is not walked
  // through either. kAny ends that, which must be before the next write.
  void withhold(std::uint32_t row) noexcept;

  // Takes the plan's choice out of search()'s hands, for comparisons of plans; kAny gives it back.
  static constexpr std::uint32_t kAny = 0xFFFFFFFFu;
  void force_plan(std::uint32_t plan) noexcept { forced_plan_ = plan; }

  // Of query i, after search().
  std::span<const Neighbor> neighbors(std::uint32_t query) const noexcept;

  const QueryCost& last_cost() const noexcept { return cost_; }

  // What the last search foresaw of a filtered walk. Pre: the build has those.
  const Foresight& foresight() const noexcept { return *foresight_; }

  // ---- spread.cpp ----

  // Ranks what search() found for one query anew, by activation that spreads from the nearest over
  // the graph's links: neighbors() then begins with rows by falling activation, which may be others
  // than were nearest, and ends with those of the nearest that got none. Without a graph it changes
  // nothing. What it did is last_spread() and added to last_cost(). kOutOfMemory: no results.
  // Pre: search() was kOk, and nothing has changed since.
  Status spread(const Spreading& how) noexcept;

  // One for each of neighbors() that got any, in their order.
  std::span<const float> activations() const noexcept { return activations_->span(); }
  const Push& last_spread() const noexcept { return *push_; }
  // Of last_cost(), which has it too.
  const QueryCost& spread_cost() const noexcept { return *spread_cost_; }

  // ---- save.cpp ----

  // Adds the engine's sections. Pre: compacted, since deleted rows are not written; no change to
  // the collection until the writer's parts are copied.
  Status save(SectionWriter& writer) noexcept;

  std::uint32_t faulty() const noexcept { return faulty_; }

 private:
  friend class SnapshotLoader;

  Collection(const Config& config, std::uint64_t max_bytes) noexcept;

  // write.cpp
  Status reserve_derived(std::uint32_t rows) noexcept;
  void unstage() noexcept;
  void derive() noexcept;

  // upkeep.cpp
  bool graph_wanted(std::uint32_t rows) const noexcept;
  bool has_graph() const noexcept { return graph_.entry() != Hnsw::kNone; }
  Status reserve_graph(std::uint32_t rows) noexcept;
  void release_updated(std::span<const std::uint32_t> targets) noexcept;
  void relink() noexcept;
  void link(std::span<const std::uint32_t> rows) noexcept;
  void calibrate() noexcept;
  float measure(Plan plan, std::uint32_t ef, float otherwise) noexcept;
  void drop_graph() noexcept;

  // save.cpp, load.cpp
  std::uint32_t sections(std::span<EngineSection, kEngineSections> out) noexcept;
  void write_conf() noexcept;
  Status make_room(const Conf& conf, std::uint64_t upper_bytes) noexcept;
  Status adopt(const Conf& conf) noexcept;

  // query.cpp
  struct Effort {
    std::uint32_t ef;     // beam width of a walk
    std::uint32_t depth;  // candidates of a scan of codes
    bool may_walk;        // whether a width was given, or a plan forced
    float reach;          // of a walk's early end; 0: none
  };
  static constexpr std::uint32_t kDefaultEf = 64;
  Status accept_rows() noexcept;
  // Bytes of what exact distances read of a row, and of a row's one-bit code.
  std::size_t vector_bytes() const noexcept {
    return store_.released_rows() == 0 ? store_.shape().row_bytes()
                                       : codes_.stored().blocks().row_bytes();
  }
  std::size_t bit_bytes() const noexcept {
    return codes_.bits().blocks().row_bytes() / BitScan::kBlockRows;
  }
  Effort effort(std::uint32_t ef, float reach) const noexcept;
  PlanInput plan_input(const Effort& effort) const noexcept;
  Status run(bool exact, const Effort& effort) noexcept;
  Status foresee(PlanInput& input) noexcept;
  Status search_around(PlanInput input, const Effort& effort, TopK& nearest) noexcept;
  Status search_by(Plan plan, const PlanInput& input, const Effort& effort, bool approached,
                   TopK& nearest) noexcept;

  // candidates.cpp
  static constexpr std::uint32_t kGroup = 32;  // rows whose distances are asked for at once
  static constexpr std::uint32_t kRerankGroup = 8;
  static constexpr std::uint32_t kMinRanked = 32;  // candidates of a scan
  bool accepts(std::uint32_t row) const noexcept { return !accepting_ || accepted_.test(row); }
  using Offer = void (Collection::*)(std::span<const std::uint32_t>, TopK&) noexcept;
  void offer_accepted(std::uint32_t from, Offer offer, TopK& nearest) noexcept;
  void offer(std::span<const std::uint32_t> rows, TopK& nearest) noexcept;
  Status scan_codes(std::uint32_t from, const Effort& effort, TopK& nearest) noexcept;
  void offer_codes(std::uint32_t from, TopK& candidates) noexcept;
  void offer_int8(std::span<const std::uint32_t> rows, TopK& candidates) noexcept;
  static bool is_out_of_reach(const Neighbor& candidate, float off, const TopK& nearest) noexcept {
    return nearest.is_full() && candidate.distance - 2 * off > nearest.worst();
  }
  float rank(std::span<const Neighbor> candidates, bool nodes, std::uint32_t from, float off,
             TopK& nearest) noexcept;
  Result<bool> walk(Plan plan, PlanInput input, const Effort& effort, bool approached,
                    TopK& nearest) noexcept;
  Status begin_walk(const Effort& effort) noexcept;
  std::uint32_t known_node() noexcept;
  void count_walk() noexcept;

  // spread.cpp
  Status charge(const Spreading& how) noexcept;
  std::uint32_t node_at(std::uint32_t row) const noexcept {
    return graph_.is_linked(row) ? graph_.node_of(row) : row;
  }
  Status rank_by_activation(FlatQuery& query, double kept) noexcept;

  MemoryBudget budget_;  // these two before everything that draws on them
  MemoryBudget buffers_{UINT64_MAX};
  Config config_;
  VectorStore store_;
  Codes codes_;
  Hnsw graph_;
  std::uint32_t loading_rows_ = 0;  // of a snapshot whose sections are being filled
  std::uint32_t graph_rows_ = 0;    // the rows [0, graph_rows_) are linked, if they are live

  Array<std::uint32_t> targets_;
  Array<std::uint32_t> relink_;  // rows to be linked by the end of commit()
  HnswScratch scratch_;
  MemberIf<kHasFilteredWalks, Foresight> foresight_{buffers_};
  MemberIf<kSpreads, Push> push_{buffers_};
  MemberIf<kSpreads, Array<Push::Charge>> charges_{buffers_};
  MemberIf<kSpreads, Array<float>> activations_{buffers_};

  Array<std::byte> queries_;
  Array<FlatQuery> searches_;  // one a query
  Array<std::uint64_t> keys_;  // k per query; search() leaves Neighbors in it
  Array<std::uint64_t> candidates_;
  PreparedQuery prepared_;
  float exact_[kGroup];  // distances of the rows offered last
  Array<float> decoded_;
  Bitset accepted_;        // live rows that pass the filter, while accepting_
  bool filtered_ = false;  // the host filled accepted_ for the next search()
  bool accepting_ = false;
  std::uint32_t matches_ = 0;
  std::uint32_t query_count_ = 0;
  std::uint32_t k_ = 0;
  std::uint32_t faulty_ = 0;
  std::uint32_t forced_plan_ = kAny;
  std::uint32_t withheld_ = kAny;
  Calibration calibration_;
  QueryCost cost_;
  MemberIf<kSpreads, QueryCost> spread_cost_;
  std::uint64_t link_evaluations_ = 0;
  Conf conf_;  // while a snapshot is written
};

}  // namespace rv
