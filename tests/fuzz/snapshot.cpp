// libFuzzer on the snapshot reader. An input is a snapshot file, nothing before or behind it.
//
//   fuzz_snapshot -runs=100000 -seed=1 <new folder> tests/fuzz/corpus
//
// Bytes that fail a checksum never get far, so the mutator below puts right what a forger would:
// mostly the checksums, for some inputs the layout as well; and half of the time it changes one
// section only, which keeps the rest sound. Crash files load as they are in every snapshot test and
// in snapshot_tool.
//
// The corpus is made by snapshot_tool (METRIC DIM ROWS, INDEX QUANTIZATION BITS KEEP, see there):
//   seed 0 3 5 cosine.rvsnap, seed 2 2 0 empty.rvsnap, seed 4 24 20 hamming.rvsnap,
//   seed 1 1 40 dot.rvsnap, seed 2 4 12 graph.rvsnap 1 0 1 1, seed 3 2 12 manhattan.rvsnap 1 0 1 1,
//   seed 4 16 10 bits.rvsnap 1 0 1 1, seed 0 5 9 int8.rvsnap 0 1 1 0,
//   seed 0 5 9 int8-graph.rvsnap 1 1 1 0, seed 2 8 9 rabitq.rvsnap 0 2 1 1,
//   seed 0 8 14 rabitq4-graph.rvsnap 1 2 4 0, seed 1 6 10 rabitq3-graph.rvsnap 1 2 3 1
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../core/exercise.h"
#include "../core/snapshot_host.h"
#include "kernels/fields.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace rv;
using rv::test::Bytes;

constexpr std::uint64_t kMaxBytes = 4 << 20;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "expected: %s\n", what);
  std::abort();
}

// How long the section is in a snapshot with this CONF, or `length` where that does not say.
std::uint64_t engine_length(std::uint32_t kind, const std::byte* conf, std::uint64_t length) {
  const auto word = [&](std::size_t at) { return load_le<std::uint32_t>(conf + at); };
  const std::uint64_t dim = word(0) % 4096, rows = word(12), width = padded(dim);
  const std::uint32_t bits = std::to_integer<std::uint32_t>(conf[17]) % 9;
  const bool alone =
      conf[16] != std::byte{0} && conf[18] != std::byte{0} && conf[19] != std::byte{0};
  const std::uint64_t row_bytes = word(4) == 4 ? dim / 8 : 4 * dim;
  if (kind == kSectionVecs) return alone ? 0 : rows * row_bytes;
  if (kind == kSectionNorm) return rows * 4;
  if (kind == kSectionCntr) return dim * 4;
  if (kind == kSectionBits) return (rows + 31) / 32 * BitScan::block_bytes(word(0) % 4096);
  if (kind == kSectionSq8c) return rows * (width + 16);
  if (kind == kSectionRabq) return rows * ((bits == 8 ? width : field_bytes(width, bits)) + 16);
  if (kind == kSectionNode) return rows * (16 + 8 * std::uint64_t{word(20) % 128});
  return length;
}

// Lays the sections out one behind the other, as many as have room, the last one to the end; makes
// the engine's as long as CONF says, or where `fit_rows` CONF's row count fit VECS.
void fix_layout(std::span<std::byte> snapshot, bool fit_rows) {
  const auto table = rv::test::section_table(snapshot);
  store_le(snapshot.data() + 12, static_cast<std::uint32_t>(table.size() / kEntryBytes));
  store_le(snapshot.data() + 16, std::uint64_t{snapshot.size()});
  std::uint64_t end = kHeaderBytes + table.size();
  std::byte* conf = nullptr;
  std::uint64_t vecs_bytes = 0;
  for (std::size_t at = 0; at < table.size(); at += kEntryBytes) {
    std::byte* entry = table.data() + at;
    const std::uint64_t offset = align_up(end, kSectionAlignment);
    if (offset > snapshot.size()) break;
    const std::uint64_t room = snapshot.size() - offset;
    const bool last = at + kEntryBytes == table.size();
    const auto kind = load_le<std::uint32_t>(entry);
    auto wanted = load_le<std::uint64_t>(entry + 24);
    if (!fit_rows && conf != nullptr) wanted = engine_length(kind, conf, wanted);
    const std::uint64_t length = last ? room : std::min(room, wanted);
    store_le(entry + 16, offset);
    store_le(entry + 24, length);
    std::fill(snapshot.begin() + static_cast<std::ptrdiff_t>(end),
              snapshot.begin() + static_cast<std::ptrdiff_t>(offset), std::byte{0});
    if (kind == kSectionConf && length == kConfBytes) conf = snapshot.data() + offset;
    if (kind == kSectionVecs) vecs_bytes = length;
    end = offset + length;
  }
  if (conf == nullptr || !fit_rows) return;
  const Shape shape{static_cast<Metric>(load_le<std::uint32_t>(conf + 4)),
                    load_le<std::uint32_t>(conf)};
  if (shape.validate() == Status::kOk)
    store_le(conf + 12, static_cast<std::uint32_t>(vecs_bytes / shape.row_bytes()));
}

// Changes bytes of one section, which stays as long as it is.
void mutate_section(std::span<std::byte> snapshot, unsigned seed) {
  const auto table = rv::test::section_table(snapshot);
  const std::size_t count = table.size() / kEntryBytes;
  if (count == 0) return;
  const std::byte* entry = table.data() + seed % count * kEntryBytes;
  const auto offset = load_le<std::uint64_t>(entry + 16),
             length = load_le<std::uint64_t>(entry + 24);
  if (offset > snapshot.size() || length > snapshot.size() - offset || length < 4) return;
  const auto section =
      snapshot.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  // Small numbers are rows and counts; a whole mutation also moves what follows.
  if (seed / 64 % 4 == 0) {
    LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(section.data()), section.size(),
                     section.size());
  } else {
    const std::size_t at = seed / 256 % (section.size() / 4) * 4;
    const bool tether = seed % 3 == 0;
    if (seed / 64 % 4 == 1)
      store_le(section.data() + at, seed / 65536 % 48 | (tether ? 0x80000000u : 0));
    else if (seed / 64 % 4 == 2)
      section[at + seed / 65536 % 4] ^= static_cast<std::byte>(1 << seed / 524288 % 8);
    else
      LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(section.data() + at), 4, 4);
  }
}

void check_search(Collection& collection) {
  constexpr std::uint32_t kQueries = 2, kNeighbors = 5;
  const VectorStore& store = collection.store();
  if (store.rows() == 0 || store.released_rows() > 0) return;
  const Status prepared = collection.prepare(kQueries, kNeighbors);
  expect(prepared == Status::kOk || prepared == Status::kOutOfMemory, "queries to be prepared");
  if (prepared != Status::kOk) return;
  const std::size_t row_bytes = store.shape().row_bytes();
  std::memcpy(collection.queries().data(), store.row(0), row_bytes);
  std::memcpy(collection.queries().data() + row_bytes, store.row(store.rows() - 1), row_bytes);
  expect(collection.search(false, 0) == Status::kOk, "rows that were loaded to be valid queries");
  for (std::uint32_t query = 0; query < kQueries; ++query) {
    const auto neighbors = collection.neighbors(query);
    expect(neighbors.size() == std::min(kNeighbors, store.rows()), "min(k, rows) neighbours");
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
      expect(neighbors[i].row < store.rows(), "neighbours to be rows");
      expect(std::isfinite(neighbors[i].distance), "distances to be finite");
      expect(i == 0 || neighbors[i - 1].distance <= neighbors[i].distance, "nearest first");
    }
  }
}

std::span<const std::byte> body(std::span<const std::byte> snapshot, std::uint32_t kind) {
  SectionReader reader;
  expect(reader.open(snapshot, snapshot.size()) == Status::kOk, "a section table");
  const Section* section = reader.find(kind);
  return snapshot.subspan(static_cast<std::size_t>(section->offset),
                          static_cast<std::size_t>(section->length));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  const std::span before(reinterpret_cast<std::byte*>(data), size);
  if (seed % 2 == 0 && size >= kHeaderBytes)
    mutate_section(before, seed / 16);
  else
    size = LLVMFuzzerMutate(data, size, max_size);
  const std::span snapshot(reinterpret_cast<std::byte*>(data), size);
  if (size < kHeaderBytes || seed % 16 == 1) return size;
  std::memcpy(data, kSnapshotMagic, sizeof kSnapshotMagic);
  store_le(snapshot.data() + 8, kSnapshotMajor);
  if (seed % 16 < 4) fix_layout(snapshot, seed / 16 % 4 == 0);
  rv::test::fix_checksums(snapshot);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span snapshot(reinterpret_cast<const std::byte*>(data), size);
  const auto loaded = rv::test::load_snapshot(snapshot, kMaxBytes);
  if (loaded.status != Status::kOk) return 0;

  Collection& collection = *loaded.collection;
  expect(collection.store().validate() == Status::kOk, "a sound store");
  expect(collection.used_bytes() <= kMaxBytes, "the memory limit to hold");
  check_search(collection);

  Bytes saved;
  expect(save_snapshot(collection, loaded.host_sections, saved) == Status::kOk, "to save again");
  // But for the rows that a block of BITS has and the collection has not, the sign of zeros of a
  // centre, and in CONF the calibration, which save() measures.
  SectionReader sections;
  expect(sections.open(saved, saved.size()) == Status::kOk, "a section table");
  for (const Section& section : sections.sections())
    if (section.kind != kSectionBits && section.kind != kSectionCntr) {
      const bool conf = section.kind == kSectionConf;
      const std::size_t size = conf ? offsetof(rv::Conf, calibration) : section.length;
      const auto before = body(snapshot, section.kind), after = body(saved, section.kind);
      expect(before.size() == after.size() &&
                 std::ranges::equal(before.first(size), after.first(size)),
             "the same engine sections");
    }

  const auto again = rv::test::load_snapshot(saved, kMaxBytes);
  expect(again.status == Status::kOk, "what was saved to load");
  expect(again.host_sections == loaded.host_sections, "the same host sections");
  Bytes saved_again;
  expect(save_snapshot(*again.collection, again.host_sections, saved_again) == Status::kOk,
         "to save once more");
  expect(saved == saved_again, "the same bytes");
  const char* const failure = rv::test::Exercise(*again.collection).run();
  if (failure != nullptr) expect(false, failure);
  return 0;
}
