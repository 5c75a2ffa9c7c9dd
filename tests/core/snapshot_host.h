// The host's part of saving and loading, as js/index/snapshot.ts plays it around the engine: making
// the copies the engine asks for, writing and checking the host's sections. For the tests, the
// snapshot tool and the fuzzer.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/crc32.h"
#include "engine/collection.h"
#include "engine/load.h"
#include "snapshot/format.h"
#include "snapshot/reader.h"
#include "snapshot/writer.h"

namespace rv::test {

using Bytes = std::vector<std::byte>;

// A section that the engine carries but does not look into: IDS, META, INFO or of unknown kind.
struct HostSection {
  std::uint32_t kind = 0;
  std::uint32_t flags = 0;
  std::uint32_t version = 1;
  Bytes bytes;

  bool operator==(const HostSection&) const = default;
};

struct Loaded {
  Status status = Status::kOk;
  std::unique_ptr<Collection> collection;  // null unless status is kOk
  std::vector<HostSection> host_sections;  // in table order
};

inline Bytes text(std::string_view characters) {
  const auto bytes = std::as_bytes(std::span(characters));
  return {bytes.begin(), bytes.end()};
}

// The host's sections, their checksums and the zeros between all sections checked.
inline Status read_host_sections(const SectionReader& reader, std::span<const std::byte> snapshot,
                                 std::vector<HostSection>& host_sections) {
  std::size_t end = kHeaderBytes + kEntryBytes * reader.sections().size();
  for (const Section& section : reader.sections()) {
    const auto offset = static_cast<std::size_t>(section.offset);
    const auto gap = snapshot.subspan(end, offset - end);
    if (std::ranges::any_of(gap, [](std::byte b) { return b != std::byte{0}; }))
      return Status::kFormatChecksum;
    const auto bytes = snapshot.subspan(offset, static_cast<std::size_t>(section.length));
    end = offset + bytes.size();
    if (is_engine_section(section.kind)) continue;
    if (crc32(0, bytes) != section.crc) return Status::kFormatChecksum;
    host_sections.push_back(
        {section.kind, section.flags, section.version, Bytes(bytes.begin(), bytes.end())});
  }
  return Status::kOk;
}

inline Status load_into(Loaded& loaded, std::span<const std::byte> snapshot,
                        std::uint64_t max_bytes, const Config& wanted) {
  const auto header = snapshot.first(std::min(snapshot.size(), kHeaderBytes));
  const auto prefix_bytes = SectionReader::prefix_bytes(header);
  if (!prefix_bytes.ok()) return prefix_bytes.status();

  // A copy that is exactly as long, so that sanitizers see a read past its end.
  const auto prefix = snapshot.first(std::min<std::size_t>(snapshot.size(), *prefix_bytes));
  SnapshotLoader loader(max_bytes, wanted);
  if (const Status status = loader.open(Bytes(prefix.begin(), prefix.end()), snapshot.size());
      status != Status::kOk)
    return status;
  if (const Status status = read_host_sections(loader.reader(), snapshot, loaded.host_sections);
      status != Status::kOk)
    return status;

  for (;;) {
    if (const Status status = loader.next(); status != Status::kOk) return status;
    const auto& [offset, to, length] = loader.wanted();
    if (length == 0) break;
    if (offset > snapshot.size() || length > snapshot.size() - offset) {
      std::fputs("the loader wants a copy from outside the snapshot\n", stderr);
      std::abort();
    }
    std::memcpy(to, snapshot.data() + offset, static_cast<std::size_t>(length));
  }
  loaded.collection = loader.take();
  return Status::kOk;
}

inline Loaded load_snapshot(std::span<const std::byte> snapshot,
                            std::uint64_t max_bytes = UINT64_MAX, const Config& wanted = {}) {
  Loaded loaded;
  loaded.status = load_into(loaded, snapshot, max_bytes, wanted);
  if (loaded.status != Status::kOk) loaded.host_sections.clear();
  return loaded;
}

// Writes `collection`, which must be compacted, and the host's sections to `snapshot`.
// `max_bytes` bounds the writer. A failure leaves `snapshot` as it was.
inline Status save_snapshot(Collection& collection, std::span<const HostSection> host_sections,
                            Bytes& snapshot, std::uint64_t max_bytes = UINT64_MAX) {
  MemoryBudget budget(max_bytes);
  SectionWriter writer(budget);
  if (const Status status = collection.save(writer); status != Status::kOk) return status;
  const std::size_t engine_sections = writer.sections().size();
  for (const HostSection& host : host_sections)
    if (const Status status = writer.add_host_section(
            {host.kind, host.flags, host.version, crc32(0, host.bytes), 0, host.bytes.size()});
        status != Status::kOk)
      return status;
  if (const Status status = writer.finish(); status != Status::kOk) return status;

  snapshot.assign(static_cast<std::size_t>(writer.total_bytes()), std::byte{0});
  for (const SectionWriter::Part& part : writer.parts())
    std::memcpy(snapshot.data() + part.offset, part.bytes, static_cast<std::size_t>(part.length));
  for (std::size_t i = 0; i < host_sections.size(); ++i) {
    const Bytes& bytes = host_sections[i].bytes;
    const auto offset = static_cast<std::size_t>(writer.sections()[engine_sections + i].offset);
    std::copy(bytes.begin(), bytes.end(), snapshot.data() + offset);
  }
  return Status::kOk;
}

// Where the section table lies in `snapshot`: as many whole entries as its count says and its
// bytes allow.
inline std::span<std::byte> section_table(std::span<std::byte> snapshot) {
  if (snapshot.size() < kHeaderBytes) return {};
  const std::size_t room = (snapshot.size() - kHeaderBytes) / kEntryBytes;
  const auto count = load_le<std::uint32_t>(snapshot.data() + 12);
  return snapshot.subspan(kHeaderBytes, std::min<std::size_t>(room, count) * kEntryBytes);
}

// Makes the checksums of the table and the header right.
inline void fix_prefix_checksums(std::span<std::byte> snapshot) {
  if (snapshot.size() < kHeaderBytes) return;
  store_le(snapshot.data() + 24, crc32(0, section_table(snapshot)));
  store_le(snapshot.data() + 60, crc32(0, snapshot.first(60)));
}

// Makes all checksums of damaged or forged bytes right, as far as their fields point inside.
inline void fix_checksums(std::span<std::byte> snapshot) {
  const auto table = section_table(snapshot);
  for (std::size_t at = 0; at < table.size(); at += kEntryBytes) {
    std::byte* entry = table.data() + at;
    const auto offset = load_le<std::uint64_t>(entry + 16);
    const auto length = load_le<std::uint64_t>(entry + 24);
    if (offset > snapshot.size() || length > snapshot.size() - offset) continue;
    store_le(entry + 12, crc32(0, snapshot.subspan(static_cast<std::size_t>(offset),
                                                   static_cast<std::size_t>(length))));
  }
  fix_prefix_checksums(snapshot);
}

// `snapshot` with `value` at `at` and checksums that fit it.
template <typename T>
Bytes forged(Bytes snapshot, std::size_t at, T value) {
  store_le(snapshot.data() + at, value);
  fix_checksums(snapshot);
  return snapshot;
}

}  // namespace rv::test
