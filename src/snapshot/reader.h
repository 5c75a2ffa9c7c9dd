// Reads the header and section table of a snapshot and believes nothing: every field is checked
// before it is used, and a layout other than the writer's is refused.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "snapshot/format.h"

namespace rv {

class SectionReader {
 public:
  // How many bytes of the snapshot open() needs, read off the header.
  // kNotSnapshot: other magic. kFormatVersion: other major. kFormatChecksum: fewer than
  // kHeaderBytes bytes, or a damaged header.
  static Result<std::uint32_t> prefix_bytes(std::span<const std::byte> header) noexcept;

  // `prefix` is the start of a snapshot of `total_bytes`. On success sections() is valid: no kind
  // appears twice, CONF and VECS are there, all lie where the writer puts them.
  // kFormatVersion: a required section of unknown kind, a known one of another version, a flag that
  // is not known, or reserved bytes that are not zero. kFormatChecksum: anything else that is not
  // as format.h says.
  Status open(std::span<const std::byte> prefix, std::uint64_t total_bytes) noexcept;

  std::span<const Section> sections() const noexcept { return {sections_.data(), count_}; }

  // nullptr where there is none.
  const Section* find(std::uint32_t kind) const noexcept;

 private:
  std::array<Section, kMaxSections> sections_{};
  std::uint32_t count_ = 0;
};

}  // namespace rv
