// Which node has the same code as a row: an open-addressed table of nodes, by the hash of the code.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "quant/codec.h"

namespace rv {

class Hnsw;

class Twins {
 public:
  explicit Twins(MemoryBudget& budget) noexcept : slots_(budget) {}

  // Makes room for `rows` nodes; the table is empty after it grew, which stale() tells.
  Status reserve(std::uint32_t rows) noexcept;

  // Whether the nodes of the graph are to be added again.
  bool stale() const noexcept { return stale_; }
  void rebuild(const Hnsw& graph, const Codec& codec) noexcept;

  // The node of `graph` with the same code as `row`, else `row`, which is then in the table.
  std::uint32_t find_or_add(const Hnsw& graph, const Codec& codec, std::uint32_t row) noexcept;

  void clear() noexcept {
    slots_.free();
    stale_ = true;
  }

 private:
  Array<std::uint32_t> slots_;  // a power of two of them
  std::uint32_t used_ = 0;
  bool stale_ = true;
};

}  // namespace rv
