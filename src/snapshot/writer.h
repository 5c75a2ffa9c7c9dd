// Lays out a snapshot without copying it: sections are lists of memory that the caller copies to
// the offsets given here. Only the header and the section table are made by the writer.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "snapshot/format.h"

namespace rv {

class SectionWriter {
 public:
  explicit SectionWriter(MemoryBudget& budget) noexcept
      : sections_(budget), parts_(budget), prefix_(budget) {}

  // Starts an engine section; add_part() appends to the newest one. The memory must stay as it is
  // until the snapshot is copied. kLimitExceeded: kMaxSections; kOutOfMemory.
  Status begin_section(std::uint32_t kind, std::uint32_t flags) noexcept;
  Status add_part(std::span<const std::byte> bytes) noexcept;

  // A section whose bytes the host holds and writes itself, at offset(index of the section).
  Status add_host_section(const Section& section) noexcept;

  // Fixes the layout. Afterwards parts() and total_bytes() are valid.
  Status finish() noexcept;

  struct Part {
    std::uint32_t section;
    std::uint64_t offset;  // in the section until finish(), then in the snapshot
    const std::byte* bytes;
    std::uint64_t length;
  };
  std::span<const Part> parts() const noexcept { return parts_.span(); }
  std::span<const Section> sections() const noexcept { return sections_.span(); }
  std::uint64_t total_bytes() const noexcept { return total_bytes_; }

 private:
  void write_prefix() noexcept;

  Array<Section> sections_;
  Array<Part> parts_;  // of the engine's sections, then the prefix
  Array<std::byte> prefix_;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace rv
