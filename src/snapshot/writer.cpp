#include "snapshot/writer.h"

#include <cstring>

#include "base/bytes.h"
#include "base/crc32.h"

namespace rv {

Status SectionWriter::add_host_section(const Section& section) noexcept {
  if (sections_.size() == kMaxSections) return Status::kLimitExceeded;
  if (const Status status = sections_.reserve(sections_.size() + 1); status != Status::kOk)
    return status;
  sections_.push(section);
  return Status::kOk;
}

Status SectionWriter::begin_section(std::uint32_t kind, std::uint32_t flags) noexcept {
  Section section;
  section.kind = kind;
  section.flags = flags;
  return add_host_section(section);
}

Status SectionWriter::add_part(std::span<const std::byte> bytes) noexcept {
  if (const Status status = parts_.reserve(parts_.size() + 1); status != Status::kOk) return status;
  const auto index = static_cast<std::uint32_t>(sections_.size() - 1);
  Section& section = sections_[index];
  parts_.push({index, section.length, bytes.data(), bytes.size()});
  section.crc = crc32(section.crc, bytes);
  section.length += bytes.size();
  return Status::kOk;
}

Status SectionWriter::finish() noexcept {
  const std::size_t prefix_bytes = kHeaderBytes + sections_.size() * kEntryBytes;
  if (const Status status = prefix_.resize(prefix_bytes); status != Status::kOk) return status;
  if (const Status status = parts_.reserve(parts_.size() + 1); status != Status::kOk) return status;

  total_bytes_ = prefix_bytes;
  for (Section& section : sections_.span()) {
    section.offset = align_up(total_bytes_, kSectionAlignment);
    total_bytes_ = section.offset + section.length;
  }
  for (Part& part : parts_.span()) part.offset += sections_[part.section].offset;
  write_prefix();
  parts_.push({0, 0, prefix_.data(), prefix_bytes});
  return Status::kOk;
}

void SectionWriter::write_prefix() noexcept {
  std::memset(prefix_.data(), 0, prefix_.size());
  std::byte* const header = prefix_.data();
  std::byte* entry = header + kHeaderBytes;
  for (const Section& section : sections_.span()) {
    store_le(entry, section);
    entry += kEntryBytes;
  }
  std::memcpy(header, kSnapshotMagic, sizeof kSnapshotMagic);
  store_le(header + 8, kSnapshotMajor);
  store_le(header + 10, kSnapshotMinor);
  store_le(header + 12, static_cast<std::uint32_t>(sections_.size()));
  store_le(header + 16, total_bytes_);
  store_le(header + 24, crc32(0, prefix_.span().subspan(kHeaderBytes)));
  store_le(header + 60, crc32(0, {header, 60}));
}

}  // namespace rv
