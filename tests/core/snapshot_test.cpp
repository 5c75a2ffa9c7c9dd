// snapshot/ and the engine's save and load: round trips, damage, forgery, memory that runs out.
#include <algorithm>
#include <string_view>

#include "base/limits.h"
#include "core/snapshot_host.h"
#include "core/snapshot_samples.h"
#include "core/support.h"

namespace rv::test {
namespace {

constexpr std::size_t kConfEntry = kHeaderBytes, kVecsEntry = kHeaderBytes + kEntryBytes;

TEST_CASE("a snapshot loads into the same collection and saves as the same bytes") {
  for (const Shape shape :
       {Shape{Metric::kCosine, 3}, Shape{Metric::kDot, 1}, Shape{Metric::kEuclidean, 40},
        Shape{Metric::kManhattan, 17}, Shape{Metric::kHamming, 8}, Shape{Metric::kHamming, 136}})
    for (const std::uint32_t rows : {0u, 1u, 2u, 16u, 17u, 1000u}) {
      CAPTURE(int(shape.metric));
      CAPTURE(rows);
      const auto collection = make_collection(shape, rows);
      const auto host_sections = some_host_sections();
      const Bytes snapshot = save(*collection, host_sections);
      const Loaded loaded = load_snapshot(snapshot);
      REQUIRE(loaded.status == Status::kOk);
      CHECK(loaded.collection->store().validate() == Status::kOk);
      CHECK(same_content(*collection, *loaded.collection));
      CHECK(loaded.host_sections == host_sections);
      CHECK(save(*loaded.collection, loaded.host_sections) == snapshot);
    }
}

TEST_CASE("vectors of several blocks go into a snapshot and back") {
  for (const Shape shape : {Shape{Metric::kCosine, 8192}, Shape{Metric::kEuclidean, 3000}}) {
    const auto collection = make_collection(shape, 100);
    const Bytes snapshot = save(*collection);
    const Loaded loaded = load_snapshot(snapshot);
    REQUIRE(loaded.status == Status::kOk);
    CHECK(same_content(*collection, *loaded.collection));
    CHECK(save(*loaded.collection) == snapshot);
  }
}

TEST_CASE("rows that were compacted away leave no trace in a snapshot") {
  const auto collection = make_collection({Metric::kCosine, 3}, 20);
  for (std::uint32_t row = 0; row < 20; row += 2) REQUIRE(collection->remove(row) == Status::kOk);
  collection->compact();
  const Bytes snapshot = save(*collection);
  CHECK(snapshot.size() == kHeaderBytes + 2 * kEntryBytes + kConfBytes + 10 * 12);
  const Loaded loaded = load_snapshot(snapshot);
  REQUIRE(loaded.status == Status::kOk);
  CHECK(same_content(*collection, *loaded.collection));
}

TEST_CASE("a snapshot is laid out as format.h says") {
  const auto collection = make_collection({Metric::kHamming, 24}, 3);
  const HostSection ids{kSectionIds, kRequiredFlag, 1, text("abc")};
  const Bytes s = save(*collection, {&ids, 1});
  const auto u16 = [&](std::size_t at) { return load_le<std::uint16_t>(s.data() + at); };
  const auto u32 = [&](std::size_t at) { return load_le<std::uint32_t>(s.data() + at); };
  const auto u64 = [&](std::size_t at) { return load_le<std::uint64_t>(s.data() + at); };
  const auto crc = [&](std::size_t at, std::size_t length) {
    return crc32(0, std::span(s).subspan(at, length));
  };
  CHECK(s.size() == 64 + 3 * 64 + 64 + 64 + 3);
  CHECK(std::memcmp(s.data(), "\x8Arvsnap\n", 8) == 0);
  CHECK(u16(8) == 1);
  CHECK(u16(10) == 0);
  CHECK(u32(12) == 3);
  CHECK(u64(16) == s.size());
  CHECK(u32(24) == crc(64, 3 * 64));
  CHECK(u32(28) == 0);
  CHECK(u32(60) == crc(0, 60));
  const std::size_t offsets[] = {256, 320, 384}, lengths[] = {64, 9, 3};
  const std::string_view kinds[] = {"CONF", "VECS", "IDS "};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t entry = 64 + 64 * i;
    CHECK(std::memcmp(s.data() + entry, kinds[i].data(), 4) == 0);
    CHECK(u32(entry + 4) == 1);
    CHECK(u32(entry + 8) == 1);
    CHECK(u32(entry + 12) == crc(offsets[i], lengths[i]));
    CHECK(u64(entry + 16) == offsets[i]);
    CHECK(u64(entry + 24) == lengths[i]);
  }
  CHECK(u32(256) == 24);
  CHECK(u32(260) == 4);
  CHECK(u32(264) == 0);
  CHECK(u32(268) == 3);
  CHECK(std::memcmp(s.data() + 320, collection->store().row(0), 9) == 0);
}

TEST_CASE("every flipped bit is noticed") {
  const Bytes snapshot = small_snapshot();
  for (std::size_t at = 0; at < snapshot.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = snapshot;
      damaged[at] ^= static_cast<std::byte>(1 << bit);
      const Status status = load_snapshot(damaged).status;
      const Status wanted = at < 8    ? Status::kNotSnapshot
                            : at < 10 ? Status::kFormatVersion
                                      : Status::kFormatChecksum;
      if (status == wanted) continue;
      CAPTURE(at);
      CAPTURE(bit);
      CHECK(status == wanted);
    }
}

TEST_CASE("every truncation and every addition is noticed") {
  Bytes snapshot = small_snapshot();
  for (std::size_t length = 0; length < snapshot.size(); ++length) {
    CAPTURE(length);
    CHECK(load_snapshot(std::span(snapshot).first(length)).status ==
          (length < 8 ? Status::kNotSnapshot : Status::kFormatChecksum));
  }
  for (int more = 0; more < 130; ++more) {
    snapshot.push_back(std::byte{0});
    CHECK(load_snapshot(snapshot).status == Status::kFormatChecksum);
  }
}

TEST_CASE("truncation and addition are noticed also where the total was forged to fit") {
  const Bytes snapshot = small_snapshot();
  for (std::size_t length = kHeaderBytes; length < snapshot.size() + 100; ++length) {
    if (length == snapshot.size()) continue;
    Bytes resized = snapshot;
    resized.resize(length);
    CAPTURE(length);
    CHECK(load_snapshot(forged(resized, 16, std::uint64_t{length})).status ==
          Status::kFormatChecksum);
  }
}

TEST_CASE("versions and flags of a newer format are refused as such") {
  const Bytes s = small_snapshot();
  const std::size_t foreign_entry = kHeaderBytes + 4 * kEntryBytes;
  REQUIRE(load_le<std::uint32_t>(s.data() + foreign_entry) == kForeign);
  const auto refused = [](const Bytes& snapshot) {
    return load_snapshot(snapshot).status == Status::kFormatVersion;
  };
  for (const std::uint16_t major : std::initializer_list<std::uint16_t>{0, 2, 256, 65535})
    CHECK(refused(forged(s, 8, major)));
  for (int bit = 0; bit < 32; ++bit) CHECK(refused(forged(s, 28, 1u << bit)));
  for (std::size_t entry = kHeaderBytes; entry < kHeaderBytes + 6 * kEntryBytes; entry += 64)
    for (int bit = 2; bit < 32; ++bit) CHECK(refused(forged(s, entry + 4, 1u << bit)));
  for (std::size_t entry = kHeaderBytes; entry < foreign_entry; entry += 64)
    for (const std::uint32_t version : {0u, 2u, UINT32_MAX})
      CHECK(refused(forged(s, entry + 8, version)));
  CHECK(refused(forged(s, foreign_entry + 4, kRequiredFlag)));
}

TEST_CASE("the metric and index of a newer engine are refused as such") {
  const Bytes s = small_snapshot();
  const auto conf = static_cast<std::size_t>(load_le<std::uint64_t>(s.data() + kConfEntry + 16));
  for (const std::uint32_t unknown : {5u, 256u, UINT32_MAX})
    CHECK(load_snapshot(forged(s, conf + 4, unknown)).status == Status::kFormatVersion);
  for (const std::uint32_t unknown : {1u, UINT32_MAX})
    CHECK(load_snapshot(forged(s, conf + 8, unknown)).status == Status::kFormatVersion);
}

TEST_CASE("fields that readers ignore change nothing") {
  const Bytes s = small_snapshot();
  const Bytes changed[] = {forged(s, 10, std::uint16_t{7}), forged(s, 32, UINT64_MAX),
                           forged(s, 40, std::uint64_t{1} << 63)};
  for (const Bytes& snapshot : changed) {
    const Loaded loaded = load_snapshot(snapshot);
    REQUIRE(loaded.status == Status::kOk);
    CHECK(save(*loaded.collection, loaded.host_sections) == s);
  }
}

TEST_CASE("reserved bytes that are not zero are of a newer version") {
  const Bytes s = small_snapshot();
  const auto conf = static_cast<std::size_t>(load_le<std::uint64_t>(s.data() + kConfEntry + 16));
  std::vector<std::size_t> zeros;
  for (std::size_t at = 48; at < 60; ++at) zeros.push_back(at);
  for (std::size_t at = 32; at < 64; ++at) {
    zeros.push_back(kConfEntry + at);
    zeros.push_back(kVecsEntry + at);
  }
  for (std::size_t at = 16; at < 64; ++at)
    if (at != 19) zeros.push_back(conf + at);  // 19 says that the bytes around it mean something
  std::vector<std::size_t> ignored;
  for (const std::size_t at : zeros)
    if (load_snapshot(forged(s, at, std::uint8_t{1})).status != Status::kFormatVersion)
      ignored.push_back(at);
  CAPTURE(ignored.empty() ? 0 : ignored.front());
  CHECK(ignored.size() == 0);
}

TEST_CASE("counts, offsets and lengths that do not fit are refused, whatever their size") {
  const Bytes s = small_snapshot();
  const auto conf = static_cast<std::size_t>(load_le<std::uint64_t>(s.data() + kConfEntry + 16));
  const auto refused = [](const Bytes& snapshot) {
    return load_snapshot(snapshot, 1 << 20).status == Status::kFormatChecksum;
  };
  for (const std::uint32_t count : {0u, 1u, 5u, 7u, 64u, 65u, 0x04000000u, 0x7FFFFFFFu, UINT32_MAX})
    CHECK(refused(forged(s, 12, count)));
  for (const std::uint32_t dim : {0u, 1u, 2u, 4u, 8193u, 0x40000003u, UINT32_MAX})
    CHECK(refused(forged(s, conf, dim)));
  // 0x15555555 * 12 and 0x55555555 * 12 are near 2^32; 0x80000000 is above kMaxRows.
  for (const std::uint32_t rows :
       {0u, 4u, 6u, 0x15555555u, 0x15555556u, 0x55555555u, 0x7FFFFFFFu, 0x80000000u, UINT32_MAX})
    CHECK(refused(forged(s, conf + 12, rows)));
  for (std::size_t entry = kConfEntry; entry < kConfEntry + 6 * kEntryBytes; entry += kEntryBytes)
    for (const std::size_t field : {std::size_t{16}, std::size_t{24}}) {
      const auto right = load_le<std::uint64_t>(s.data() + entry + field);
      for (const std::uint64_t wrong :
           {right + 64, right - 64, right - 1, right + (std::uint64_t{1} << 32),
            std::uint64_t{s.size() + 1}, std::uint64_t{UINT32_MAX}, std::uint64_t{1} << 32,
            std::uint64_t{1} << 63, UINT64_MAX - 63, UINT64_MAX - right, UINT64_MAX}) {
        CAPTURE(entry);
        CAPTURE(field);
        CAPTURE(wrong);
        CHECK(refused(forged(s, entry + field, wrong)));
      }
    }
}

TEST_CASE("a layout that wraps around 2^64 is refused") {
  // The first section is so long that the next one would start at 0.
  const struct {
    std::uint64_t total, length;
  } cases[] = {{UINT64_MAX, UINT64_MAX - 256}, {1000, UINT64_MAX - 255}};
  for (const auto& [total, length] : cases) {
    const struct {
      std::uint32_t kind, flags;
      std::uint64_t offset, length;
    } entries[] = {{kForeign, 0, 256, length},
                   {kSectionConf, kRequiredFlag, 0, 64},
                   {kSectionVecs, kRequiredFlag, 64, total - 64}};
    Bytes prefix = small_snapshot();
    prefix.resize(kHeaderBytes + 3 * kEntryBytes);
    store_le(prefix.data() + 12, std::uint32_t{3});
    store_le(prefix.data() + 16, total);
    std::byte* at = prefix.data() + kHeaderBytes;
    for (const auto& entry : entries) {
      store_le(at, entry.kind);
      store_le(at + 4, entry.flags);
      store_le(at + 8, std::uint32_t{1});
      store_le(at + 16, entry.offset);
      store_le(at + 24, entry.length);
      at += kEntryBytes;
    }
    fix_prefix_checksums(prefix);
    SnapshotLoader loader(UINT64_MAX);
    CHECK(loader.open(prefix, total) == Status::kFormatChecksum);
  }
}

TEST_CASE("a configuration of another length is refused") {
  const Bytes s = small_snapshot();
  for (const std::uint64_t length : {0u, 16u, 63u}) {
    Bytes shorter = s;
    store_le(shorter.data() + kConfEntry + 24, length);
    // The checksum may be that of the length or of the 64 bytes that are there.
    fix_prefix_checksums(shorter);
    CHECK(load_snapshot(shorter).status == Status::kFormatChecksum);
    fix_checksums(shorter);
    CHECK(load_snapshot(shorter).status == Status::kFormatChecksum);
  }
}

TEST_CASE("sections that occur twice or not at all are refused") {
  const Bytes s = small_snapshot();
  const std::uint32_t kinds[] = {kSectionConf, kSectionVecs, kSectionIds, kSectionInfo, kForeign};
  for (std::size_t i = 0; i < 6; ++i)
    for (const std::uint32_t kind : kinds) {
      const std::size_t entry = kHeaderBytes + i * kEntryBytes;
      if (load_le<std::uint32_t>(s.data() + entry) == kind) continue;
      const Bytes twice = forged(s, entry, kind);
      CHECK(load_snapshot(forged(twice, entry + 8, std::uint32_t{1})).status ==
            (kind == kForeign && i < 4 ? Status::kFormatVersion : Status::kFormatChecksum));
    }
  for (const std::size_t entry : {kConfEntry, kVecsEntry}) {
    const Bytes renamed = forged(s, entry, section_kind('G', 'O', 'N', 'E'));
    CHECK(load_snapshot(forged(renamed, entry + 4, 0u)).status == Status::kFormatChecksum);
  }
}

TEST_CASE("a snapshot has as many sections as the format allows, and not one more") {
  const auto collection = make_collection({Metric::kDot, 2}, 1);
  std::vector<HostSection> host_sections(kMaxUnknownSections + 1);
  std::uint32_t kind = 1;
  for (HostSection& section : host_sections) section.kind = kind++;
  // One more that is unknown: a collection with all sections there are could not keep it.
  CHECK(load_snapshot(save(*collection, host_sections)).status == Status::kFormatChecksum);
  host_sections[0].kind = kSectionIds;
  const Bytes snapshot = save(*collection, host_sections);
  const Loaded loaded = load_snapshot(snapshot);
  CHECK(loaded.status == Status::kOk);
  CHECK(loaded.host_sections == host_sections);

  const auto wanted = [&](std::uint32_t count) {
    const Bytes counted = forged(snapshot, 12, count);
    return SectionReader::prefix_bytes(std::span(counted).first(kHeaderBytes));
  };
  CHECK(*wanted(kMaxSections) == kHeaderBytes + kMaxSections * kEntryBytes);
  CHECK(wanted(kMaxSections + 1).status() == Status::kFormatChecksum);

  while (host_sections.size() < kMaxSections - 1) host_sections.push_back({kind++, 0, 1, {}});
  Bytes untouched;
  CHECK(save_snapshot(*collection, host_sections, untouched) == Status::kLimitExceeded);
  CHECK(untouched.empty());
}

TEST_CASE("the engine's sections count towards the limit of the format") {
  const auto collection = make_collection({Metric::kDot, 2}, 1);
  for (const std::uint32_t before : {kMaxSections - 1, kMaxSections}) {
    MemoryBudget budget(UINT64_MAX);
    SectionWriter writer(budget);
    for (std::uint32_t i = 0; i < before; ++i)
      REQUIRE(writer.add_host_section({i + 1, 0, 1, 0, 0, 0}) == Status::kOk);
    CHECK(collection->save(writer) == Status::kLimitExceeded);
  }
}

TEST_CASE("a vector that upsert would refuse is not loaded") {
  const Bytes s = small_snapshot();
  const auto vecs = static_cast<std::size_t>(load_le<std::uint64_t>(s.data() + kVecsEntry + 16));
  const std::uint32_t kNaN = 0x7FC00000, kInfinity = 0x7F800000, kHuge = 0x7F7FFFFF;
  for (const std::uint32_t bits : {kNaN, kInfinity, kHuge})
    for (std::size_t at = vecs; at < vecs + 60; at += 4)
      CHECK(load_snapshot(forged(s, at, bits)).status == Status::kFormatChecksum);
  Bytes zero = s;
  std::fill_n(zero.begin() + static_cast<std::ptrdiff_t>(vecs) + 24, 12, std::byte{0});
  fix_checksums(zero);
  CHECK(load_snapshot(zero).status == Status::kFormatChecksum);
}

TEST_CASE("loading under any memory limit ends in kOutOfMemory or the same collection") {
  const auto collection = make_collection({Metric::kCosine, 3}, 40);
  const Bytes snapshot = save(*collection);
  std::uint64_t max_bytes = 0;
  for (;; ++max_bytes) {
    const Loaded loaded = load_snapshot(snapshot, max_bytes);
    if (loaded.status == Status::kOk) {
      CHECK(same_content(*collection, *loaded.collection));
      CHECK(loaded.collection->used_bytes() <= max_bytes);
      break;
    }
    if (loaded.status != Status::kOutOfMemory || loaded.collection != nullptr) break;
  }
  CHECK(max_bytes > 40 * 16);
  CHECK(max_bytes < 40 * 16 + 1000);
  CHECK(load_snapshot(snapshot, max_bytes).status == Status::kOk);
}

TEST_CASE("saving under any memory limit ends in kOutOfMemory or the same bytes") {
  const auto collection = make_collection({Metric::kEuclidean, 8192}, 100);  // several parts
  const auto host_sections = some_host_sections();
  const Bytes wanted = save(*collection, host_sections);
  Bytes snapshot;
  std::uint64_t max_bytes = 0;
  Status status = Status::kOutOfMemory;
  for (; status == Status::kOutOfMemory; max_bytes += 8)
    status = save_snapshot(*collection, host_sections, snapshot, max_bytes);
  CHECK(status == Status::kOk);
  CHECK(max_bytes > kHeaderBytes + 6 * kEntryBytes);
  CHECK(snapshot == wanted);
}

TEST_CASE("a loader that is done asks for nothing more") {
  const Bytes s = save(*make_collection({Metric::kDot, 2}, 0));
  SnapshotLoader loader(UINT64_MAX);
  const auto prefix = std::span(s).first(kHeaderBytes + 2 * kEntryBytes);
  REQUIRE(loader.open(prefix, s.size()) == Status::kOk);
  REQUIRE(loader.next() == Status::kOk);
  CHECK(loader.wanted().length == kConfBytes);
  std::memcpy(loader.wanted().to, s.data() + loader.wanted().offset, kConfBytes);
  REQUIRE(loader.next() == Status::kOk);
  CHECK(loader.config().shape.metric == Metric::kDot);
  CHECK(loader.config().shape.dim == 2);
  CHECK(loader.wanted().length == 0);
  CHECK(loader.next() == Status::kInvalidArgument);
  const auto collection = loader.take();
  REQUIRE(collection != nullptr);
  CHECK(collection->store().rows() == 0);
}

TEST_CASE("a prefix that is too short is refused, a longer one is not read") {
  Bytes s = small_snapshot();
  const std::size_t prefix = kHeaderBytes + 6 * kEntryBytes;
  CHECK(*SectionReader::prefix_bytes(std::span(s).first(kHeaderBytes)) == prefix);
  SectionReader reader;
  for (std::size_t length = 0; length < prefix; ++length)
    CHECK(reader.open(Bytes(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(length)),
                      s.size()) != Status::kOk);
  CHECK(reader.open(std::span(s).first(prefix), s.size()) == Status::kOk);
  CHECK(reader.sections().size() == 6);
  CHECK(reader.open(s, s.size()) == Status::kOk);
  CHECK(reader.find(kForeign)->version == 9);
  CHECK(reader.find(kSectionMeta) == nullptr);
}

}  // namespace
}  // namespace rv::test
