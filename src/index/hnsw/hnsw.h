// Hierarchical navigable small world graph (Malkov & Yashunin 2018, arXiv 1603.09320) over rows
// that a Codec compares. Insertion is in insert.cpp, search in search.cpp, removal in remove.cpp.
//
// Where it departs from the paper:
//  - Rows of equal codes are one node (twins.h): a crowd of duplicates cannot fill the lists of its
//    neighbours nor trap a search.
//  - Some links of the bottom layer are tethers: kept on both sides and never pruned, they are a
//    spanning tree, so every node can be reached from every other whatever pruning and removal do.
//  - Insertion takes batches in two phases, so that T threads can build one graph: the result does
//    not depend on T. A row sees the graph and the rows before it in the batch.
//  - Removal links who lost a link to one of the removed node's neighbours, in every layer.
#pragma once

#include <cstdint>
#include <span>

#include "base/bitset.h"
#include "base/build.h"
#include "base/memory.h"
#include "base/top_k.h"
#include "index/hnsw/scratch.h"
#include "index/hnsw/twins.h"
#include "quant/codec.h"
#include "store/row_blocks.h"

namespace rv {

struct HnswOptions {
  std::uint32_t M = 16;                 // links a node has in upper layers; twice in the bottom one
  std::uint32_t ef_construction = 200;  // beam width of an insertion
  std::uint32_t seed = 1;               // of the levels
};

// How much of a graph a search looks at.
struct HnswWidth {
  std::uint32_t ef;     // of the beam
  std::uint32_t k = 1;  // nodes that are wanted
  float reach = 0;      // of the early end (beam.h); 0: none
};

// One bottom-layer link that came (+1) or went (-1).
struct LinkChange {
  std::uint32_t from;
  std::uint32_t to;
  std::int32_t change;
};

class Hnsw {
 public:
  static constexpr std::uint32_t kNone = Twins::kNone;
  static constexpr std::uint32_t kMaxLevel = 15;

  // Pre: 2 <= M <= 64, ef_construction >= 1.
  Hnsw(HnswOptions options, MemoryBudget& budget) noexcept;

  const HnswOptions& options() const noexcept { return options_; }
  std::uint32_t rows() const noexcept { return rows_; }
  // Rows that searches find, twins included.
  std::uint32_t linked_rows() const noexcept { return linked_rows_; }
  std::uint32_t entry() const noexcept { return entry_; }

  // Whether the row alone stands at its node.
  bool is_alone(std::uint32_t row) const noexcept {
    return row < rows_ && is_node(row) && node(row).members == 1;
  }
  // Whether a search can come upon the row, or upon the node whose twin it is.
  bool is_linked(std::uint32_t row) const noexcept {
    return row < rows_ && (node(row).head & (kNodeFlag | kTwinFlag)) != 0;
  }
  bool is_node(std::uint32_t row) const noexcept { return (node(row).head & kNodeFlag) != 0; }
  // Whether rows of the same code become its twins.
  bool takes_twins(std::uint32_t row) const noexcept {
    return (node(row).head & (kNodeFlag | kPendingFlag)) != 0;
  }

  // Makes room for the rows [0, rows), linked to nothing. kOutOfMemory: nothing changed but memory
  // that trim() gives back.
  Status reserve(std::uint32_t rows) noexcept;
  void trim(std::uint32_t rows) noexcept;

  // ---- insert.cpp ----

  // Links `rows`, which are not linked yet. `threads` only divides the work: the graph is the
  // same for any number. `scratch` was prepared for rows() and `codec`. Pre: reserve() covers them.
  void insert(const Codec& codec, std::span<const std::uint32_t> rows, std::uint32_t threads,
              HnswScratch& scratch) noexcept;

  // How many rows insert() should be given at a time, for a graph like one built row by row.
  std::uint32_t batch_rows() const noexcept;

  // ---- search.cpp, search_filtered.cpp ----

  // The node with this code, kNone where there is none: a walk that begins there too cannot miss a
  // row that is the query itself.
  std::uint32_t find(const Codec& codec, std::span<const std::byte> code) noexcept {
    // A graph that was loaded or renumbered has no table yet.
    if (entry_ == kNone || twins_.reserve(rows_) != Status::kOk) return kNone;
    return twins_.find(*this, codec, code);
  }

  // Leaves in scratch.beam the ef nodes nearest to the query, as the codec tells. Begins at `known`
  // too, unless that is kNone. Pre: scratch was prepared with this ef.
  void search(const Codec& codec, const std::byte* query, std::uint32_t known,
              const HnswWidth& width, HnswScratch& scratch) const noexcept;

  // Where every filtered search begins: goes down to the query and some way on in the bottom layer,
  // as search() would, and leaves the nodes that it came upon in scratch.beam. Pre: entry() is a
  // row, and scratch was prepared with kProbeWidth.
  void approach(const Codec& codec, const std::byte* query, HnswScratch& scratch) const noexcept;
  static constexpr std::uint32_t kProbed = 128;  // nodes, after which approach() ends its hop
  static constexpr std::uint32_t kProbeWidth =   // all that it can come upon
      kProbed + HnswScratch::kNodesAHop * HnswScratch::kGroup;

  // The share of the nearest of them that is accepted, with that of all nodes as the prior of a
  // Beta posterior. Pre: approach() was the last search.
  double selectivity(const Bitset& accepted, double share, HnswScratch& scratch) const noexcept;

  // Nodes of which `accepted` has a row, from where approach() ended until `nearest` is full of
  // them and nothing nearer is in sight. hops = 1 walks over all nodes, hops = 2 over accepted ones
  // only, found among neighbours and their neighbours (ACORN-1, arXiv 2403.04871). False: gave up,
  // since scratch.cost had come to about `max_evaluations`.
  struct Filtered {
    std::uint32_t known;  // as for search()
    const Bitset* accepted;
    std::uint32_t hops;
    std::uint64_t max_evaluations;
  };
  bool search_filtered(const Codec& codec, const std::byte* query, const Filtered& filter,
                       TopK& nearest, HnswScratch& scratch) const noexcept;

  // The node through which a linked row is found. Pre: is_linked(row).
  std::uint32_t node_of(std::uint32_t row) const noexcept {
    return is_node(row) ? row : owner(row);
  }

  // Links of a node in the bottom layer; 0: the row is no node.
  std::uint32_t degree(std::uint32_t row) const noexcept {
    return row < rows_ && is_node(row) ? node(row).head & kCountMask : 0;
  }
  // Those of them that go both ways, into `out`, which has room for degree(row); returns how many.
  std::uint32_t mutual_links(std::uint32_t row, std::uint32_t* out) const noexcept;

  // Rows of equal codes are a ring.
  std::uint32_t next_twin(std::uint32_t row) const noexcept { return node(row).next_twin; }
  // Calls use(row) for the node and its twins.
  template <typename Use>
  void for_each_twin(std::uint32_t row, Use use) const noexcept {
    std::uint32_t twin = row;
    do {
      use(twin);
      twin = node(twin).next_twin;
    } while (twin != row);
  }

  // ---- remove.cpp ----

  // Takes a row whose code stays as it is out of every search.
  void remove(const Codec& codec, std::uint32_t row, HnswScratch& scratch) noexcept;

  // The same for a row whose code is about to change. Its twins, if they were found through it, are
  // appended to `orphans`, to be inserted again. kOutOfMemory: nothing changed.
  Status release(const Codec& codec, std::uint32_t row, Array<std::uint32_t>& orphans,
                 HnswScratch& scratch) noexcept;

  // Renumbers rows: row r becomes to[r], in order, or is gone where that is kNone; those were
  // removed. kOutOfMemory: nothing changed.
  Status renumber(std::span<const std::uint32_t> to) noexcept;

  void clear() noexcept;

  // ---- validate.cpp ----

  // kFormatChecksum unless every node can be reached, every link goes to a row, and entry, levels,
  // tethers, twins and counts fit. `marks` is working memory.
  Status validate(Array<std::uint32_t>& marks) const noexcept;

  // For snapshots: the nodes, row after row, and the upper layers. make_room() prepares them to be
  // filled; adopt() then takes them. kFormatChecksum: see validate(); kOutOfMemory.
  RowBlocks& nodes() noexcept { return nodes_; }
  Array<std::uint32_t>& upper() noexcept { return upper_; }
  Status make_room(std::uint32_t rows, std::uint64_t upper_bytes) noexcept;
  Status adopt(std::uint32_t entry, std::uint32_t linked_rows,
               Array<std::uint32_t>& marks) noexcept;

  // Every link added or removed in the bottom layer is appended here while it is set.
  void set_log(Array<LinkChange>* log) noexcept { log_ = log; }

  std::size_t node_bytes() const noexcept { return nodes_.row_bytes(); }

 private:
  static constexpr std::uint32_t kNodeFlag = 0x80000000u;     // in the graph
  static constexpr std::uint32_t kTwinFlag = 0x40000000u;     // found through the node links[0]
  static constexpr std::uint32_t kPendingFlag = 0x10000000u;  // in insert(): a node soon
  static constexpr std::uint32_t kHeirFlag = 0x20000000u;     // in renumber(): gone, for `members`
  static constexpr std::uint32_t kLevelShift = 16;
  static constexpr std::uint32_t kCountMask = 0xFFFFu;
  static constexpr std::uint32_t kTether = 0x80000000u;  // of a link
  static constexpr std::uint32_t kRowMask = 0x7FFFFFFFu;

  // One row's record; links of the bottom layer follow it.
  struct Node {
    std::uint32_t head;       // flags, level, count of bottom links
    std::uint32_t upper;      // where its upper lists begin: row after row, without gaps
    std::uint32_t next_twin;  // ring of rows with the same codes; itself when alone
    std::uint32_t members;    // of a node: rows of the ring that are not removed
  };

  // A list of links: `count` points to the number in use, behind it lie the links.
  struct List {
    std::uint32_t* count;
    std::uint32_t* links;
    std::uint32_t capacity;
    std::uint32_t size() const noexcept { return *count & kCountMask; }
    std::span<std::uint32_t> span() const noexcept { return {links, size()}; }
    void resize(std::uint32_t size) const noexcept { *count = (*count & ~kCountMask) | size; }
  };

  Node& node(std::uint32_t row) noexcept { return *reinterpret_cast<Node*>(nodes_.row(row)); }
  const Node& node(std::uint32_t row) const noexcept {
    return *reinterpret_cast<const Node*>(nodes_.row(row));
  }
  List list(std::uint32_t row, std::uint32_t level) noexcept;
  std::span<const std::uint32_t> links(std::uint32_t row, std::uint32_t level) const noexcept {
    return const_cast<Hnsw*>(this)->list(row, level).span();
  }
  std::uint32_t level_of(std::uint32_t row) const noexcept {
    return node(row).head >> kLevelShift & kMaxLevel;
  }
  std::uint32_t drawn_level(std::uint32_t row) const noexcept;
  // Of a twin: the node that stands for it.
  std::uint32_t owner(std::uint32_t twin) const noexcept {
    return const_cast<Hnsw*>(this)->list(twin, 0).links[0];
  }
  bool accepts(const Bitset& accepted, std::uint32_t node) const noexcept;
  bool logs() const noexcept { return kHasLinkLogs && log_ != nullptr; }
  void log(std::uint32_t from, std::uint32_t to, std::int32_t change) noexcept;
  void write_list(std::uint32_t row, std::uint32_t level,
                  std::span<const std::uint32_t> links) noexcept;
  void settle_twins(std::span<const std::uint32_t> to) noexcept;
  void drop_stale_links(std::uint32_t row) noexcept;
  std::uint32_t renumbered(std::uint32_t row, std::span<const std::uint32_t> to) const noexcept;
  void renumber_links(std::uint32_t row, std::span<const std::uint32_t> to) noexcept;

  // search.cpp, search_filtered.cpp
  std::uint32_t descend(const Codec& codec, const std::byte* query, std::uint32_t to_level,
                        HnswScratch& scratch) const noexcept;
  void search_layer(const Codec& codec, const std::byte* query,
                    std::span<const std::uint32_t> starts, std::uint32_t level,
                    HnswScratch& scratch) const noexcept;
  std::uint32_t visit(std::span<const std::uint32_t> links, std::uint32_t count,
                      HnswScratch& scratch) const noexcept;
  void offer(const Codec& codec, const std::byte* query, std::uint32_t count,
             HnswScratch& scratch) const noexcept;
  bool hop(const Codec& codec, const std::byte* query, std::uint32_t level,
           HnswScratch& scratch) const noexcept;
  std::uint32_t gather(std::uint32_t row, const Bitset& accepted, std::uint32_t hops,
                       HnswScratch& scratch) const noexcept;

  // insert.cpp
  void insert_batch(const Codec& codec, std::span<const std::uint32_t> rows, std::uint32_t threads,
                    HnswScratch& scratch) noexcept;
  void choose_links(const Codec& codec, std::uint32_t row, std::span<const std::uint32_t> before,
                    HnswScratch& scratch) noexcept;
  void offer_rows(const Codec& codec, const std::byte* query, std::span<const std::uint32_t> rows,
                  HnswScratch& scratch) const noexcept;
  void link_back(const Codec& codec, std::uint32_t row, std::uint32_t threads, std::uint32_t thread,
                 HnswScratch& scratch) noexcept;
  void add_link(const Codec& codec, std::uint32_t from, std::uint32_t to, std::uint32_t level,
                HnswScratch& scratch) noexcept;
  void prune(const Codec& codec, std::uint32_t row, std::uint32_t extra, std::uint32_t level,
             HnswScratch& scratch) noexcept;
  std::uint32_t select(const Codec& codec, std::span<const std::uint64_t> candidates,
                       std::uint32_t capacity, std::span<std::uint32_t> out,
                       HnswScratch& scratch) const noexcept;
  void tether(std::uint32_t row) noexcept;
  void tether_pair(std::uint32_t a, std::uint32_t b) noexcept;
  void force_link(std::uint32_t from, std::uint32_t to) noexcept;
  std::uint32_t with_room(std::uint32_t row, std::uint32_t most) const noexcept;
  std::uint32_t tethers(std::uint32_t row) const noexcept;

  // remove.cpp
  void unlink(const Codec& codec, std::uint32_t row, HnswScratch& scratch) noexcept;
  bool drop_link(std::uint32_t from, std::uint32_t to, std::uint32_t level) noexcept;
  std::uint32_t live_links(std::uint32_t row, std::uint32_t level,
                           std::uint32_t* out) const noexcept;
  void reconnect(const Codec& codec, std::uint32_t row, std::uint32_t removed, std::uint32_t level,
                 std::span<const std::uint32_t> neighbors, HnswScratch& scratch) noexcept;
  void choose_entry() noexcept;

  // validate.cpp
  bool is_sound(std::uint32_t row, std::span<std::uint32_t> linked_from) const noexcept;
  bool has_tether(std::uint32_t from, std::uint32_t to) const noexcept;

  HnswOptions options_;
  MemoryBudget* budget_;
  RowBlocks nodes_;
  Array<std::uint32_t> upper_;  // for each row of level L > 0: L lists of 1 + M
  Twins twins_;
  std::uint32_t rows_ = 0;
  std::uint32_t linked_rows_ = 0;
  std::uint32_t entry_ = kNone;
  bool has_stale_links_ = false;  // some may lead to rows that are no nodes
  Array<LinkChange>* log_ = nullptr;
};

}  // namespace rv
