// What stands behind an rv_index: a collection, and what the host of one keeps beside it.
#pragma once

#include "bindings/c/ids.h"
#include "bindings/c/ruvector.h"
#include "engine/collection.h"
#include "snapshot/format.h"

namespace rv::c {

// A section of a snapshot that is not looked into, and saved again as it was.
struct Carried {
  Section section;
  std::byte* bytes;
};

inline rv_status code(Status status) noexcept { return static_cast<rv_status>(status); }

// Where `config` says nothing, what is usual.
Config to_config(const rv_config& config) noexcept;
inline std::uint64_t to_budget(std::size_t max_bytes) noexcept {
  return max_bytes == 0 ? UINT64_MAX : max_bytes;
}

}  // namespace rv::c

struct rv_index {
  rv_index(std::unique_ptr<rv::Collection> from, std::size_t most) noexcept
      : collection(std::move(from)),
        max_bytes(most),
        ids(collection->budget()),
        metadata(collection->budget()),
        carried(collection->budget()) {}
  ~rv_index();

  // Drops the deleted rows, with all that belongs to them.
  void compact() noexcept;
  // The records are other ones: drops what only holds for the ones before.
  void note_change() noexcept;

  std::unique_ptr<rv::Collection> collection;  // before what draws on its budget
  std::size_t max_bytes;
  rv::c::Ids ids;
  rv::c::Strings metadata;  // of no rows where there is none
  rv::Array<rv::c::Carried> carried;
};
