// Which node has a code: an open-addressed table of nodes, by the hash of the code.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "quant/codec.h"

namespace rv {

class Hnsw;

class Twins {
 public:
  explicit Twins(MemoryBudget& budget) noexcept : slots_(budget) {}

  // Makes room for `rows` nodes.
  Status reserve(std::uint32_t rows) noexcept;

  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  // The node of `graph` with this code, else kNone.
  std::uint32_t find(const Hnsw& graph, const Codec& codec,
                     std::span<const std::byte> code) noexcept;
  // The node of `graph` with the same code as `row`, else `row`, which is then in the table.
  std::uint32_t find_or_add(const Hnsw& graph, const Codec& codec, std::uint32_t row) noexcept;

  void clear() noexcept {
    slots_.free();
    stale_ = true;
  }

 private:
  void rebuild(const Hnsw& graph, const Codec& codec) noexcept;
  std::uint32_t& slot(const Hnsw& graph, const Codec& codec,
                      std::span<const std::byte> code) noexcept;

  Array<std::uint32_t> slots_;  // a power of two of them, kNone where empty
  std::uint32_t used_ = 0;
  bool stale_ = true;  // the nodes of the graph are to be added again
};

}  // namespace rv
