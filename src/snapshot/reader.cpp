#include "snapshot/reader.h"

#include <algorithm>
#include <iterator>

#include "base/build.h"
#include "base/bytes.h"
#include "base/crc32.h"

namespace rv {
namespace {

bool is_known(std::uint32_t kind) noexcept {
  if (!kHasRabitq && (kind == kSectionBits || kind == kSectionRabq)) return false;
  return std::ranges::find(kKnownSections, kind) != std::end(kKnownSections);
}

Status check_supported(const Section& section) noexcept {
  if ((section.flags & ~(kRequiredFlag | kOfRecordsFlag)) != 0) return Status::kFormatVersion;
  if (is_known(section.kind)) return section.version == 1 ? Status::kOk : Status::kFormatVersion;
  return (section.flags & kRequiredFlag) == 0 ? Status::kOk : Status::kFormatVersion;
}

}  // namespace

Result<std::uint32_t> SectionReader::prefix_bytes(std::span<const std::byte> header) noexcept {
  const auto magic = std::as_bytes(std::span(kSnapshotMagic));
  if (header.size() < magic.size() || !std::ranges::equal(header.first(magic.size()), magic))
    return Status::kNotSnapshot;
  if (header.size() < kHeaderBytes) return Status::kFormatChecksum;
  // Before the checksum: a newer major may define the rest of the header anew.
  if (load_le<std::uint16_t>(header.data() + 8) != kSnapshotMajor) return Status::kFormatVersion;
  if (load_le<std::uint32_t>(header.data() + 60) != crc32(0, header.first(60)))
    return Status::kFormatChecksum;
  const auto count = load_le<std::uint32_t>(header.data() + 12);
  if (count > kMaxSections) return Status::kFormatChecksum;
  return static_cast<std::uint32_t>(kHeaderBytes + count * kEntryBytes);
}

Status SectionReader::open(std::span<const std::byte> prefix, std::uint64_t total_bytes) noexcept {
  count_ = 0;
  const auto wanted = prefix_bytes(prefix);
  if (!wanted.ok()) return wanted.status();
  const std::byte* header = prefix.data();
  // The upper half of u64 is beyond any storage; without it no sum below wraps.
  if (total_bytes > UINT64_MAX / 2) return Status::kFormatChecksum;
  if (prefix.size() < *wanted || load_le<std::uint64_t>(header + 16) != total_bytes)
    return Status::kFormatChecksum;
  if (load_le<std::uint32_t>(header + 28) != 0 || !is_zero(prefix.subspan(48, 12)))
    return Status::kFormatVersion;
  const auto table = prefix.subspan(kHeaderBytes, *wanted - kHeaderBytes);
  if (load_le<std::uint32_t>(header + 24) != crc32(0, table)) return Status::kFormatChecksum;

  std::uint64_t end = *wanted;
  std::uint32_t unknown = 0;
  for (std::size_t at = 0; at < table.size(); at += kEntryBytes) {
    const auto section = load_le<Section>(table.data() + at);
    if (const Status status = check_supported(section); status != Status::kOk) return status;
    if (!is_zero(table.subspan(at + 32, 32))) return Status::kFormatVersion;
    if (section.offset != align_up(end, kSectionAlignment) || section.offset > total_bytes ||
        section.length > total_bytes - section.offset || find(section.kind) != nullptr)
      return Status::kFormatChecksum;
    end = section.offset + section.length;
    if (!is_known(section.kind)) ++unknown;
    sections_[count_++] = section;
  }
  const bool whole = find(kSectionConf) != nullptr && find(kSectionVecs) != nullptr;
  if (unknown > kMaxUnknownSections) return Status::kFormatChecksum;
  return whole && end == total_bytes ? Status::kOk : Status::kFormatChecksum;
}

const Section* SectionReader::find(std::uint32_t kind) const noexcept {
  const auto found = std::find_if(sections().begin(), sections().end(),
                                  [kind](const Section& s) { return s.kind == kind; });
  return found == sections().end() ? nullptr : &*found;
}

}  // namespace rv
