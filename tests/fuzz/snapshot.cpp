// libFuzzer on the snapshot reader. An input is a snapshot file, nothing before or behind it.
//
//   fuzz_snapshot -runs=100000 -seed=1 <new folder> tests/fuzz/corpus
//
// Bytes that fail a checksum never get far, so the mutator below puts right what a forger would:
// for half of the inputs the checksums, for a quarter the layout as well. Crash files load as they
// are in every snapshot test and in snapshot_tool.
//
// The corpus is made by snapshot_tool (METRIC DIM ROWS, see there):
//   seed 0 3 5 cosine.rvsnap, seed 2 2 0 empty.rvsnap, seed 4 24 20 hamming.rvsnap,
//   seed 1 1 40 dot.rvsnap
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../core/snapshot_host.h"

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

// Lays the sections out one behind the other, as many as have room, the last one to the end; makes
// CONF's row count fit VECS.
void fix_layout(std::span<std::byte> snapshot) {
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
    const std::uint64_t length = last ? room : std::min(room, load_le<std::uint64_t>(entry + 24));
    store_le(entry + 16, offset);
    store_le(entry + 24, length);
    std::fill(snapshot.begin() + static_cast<std::ptrdiff_t>(end),
              snapshot.begin() + static_cast<std::ptrdiff_t>(offset), std::byte{0});
    const auto kind = load_le<std::uint32_t>(entry);
    if (kind == kSectionConf && length == kConfBytes) conf = snapshot.data() + offset;
    if (kind == kSectionVecs) vecs_bytes = length;
    end = offset + length;
  }
  if (conf == nullptr) return;
  const Shape shape{static_cast<Metric>(load_le<std::uint32_t>(conf + 4)),
                    load_le<std::uint32_t>(conf)};
  if (shape.validate() == Status::kOk)
    store_le(conf + 12, static_cast<std::uint32_t>(vecs_bytes / shape.row_bytes()));
}

void check_search(Collection& collection) {
  constexpr std::uint32_t kQueries = 2, kNeighbors = 5;
  const VectorStore& store = collection.store();
  if (store.rows() == 0) return;
  const Status prepared = collection.prepare(kQueries, kNeighbors);
  expect(prepared == Status::kOk || prepared == Status::kOutOfMemory, "queries to be prepared");
  if (prepared != Status::kOk) return;
  const std::size_t row_bytes = store.shape().row_bytes();
  std::memcpy(collection.queries().data(), store.row(0), row_bytes);
  std::memcpy(collection.queries().data() + row_bytes, store.row(store.rows() - 1), row_bytes);
  expect(collection.search() == Status::kOk, "rows that were loaded to be valid queries");
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
  size = LLVMFuzzerMutate(data, size, max_size);
  const std::span snapshot(reinterpret_cast<std::byte*>(data), size);
  if (size < kHeaderBytes || seed % 4 == 0) return size;
  std::memcpy(data, kSnapshotMagic, sizeof kSnapshotMagic);
  store_le(snapshot.data() + 8, kSnapshotMajor);
  if (seed % 4 == 1) fix_layout(snapshot);
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
  for (const std::uint32_t kind : {kSectionConf, kSectionVecs})
    expect(std::ranges::equal(body(snapshot, kind), body(saved, kind)), "the same engine sections");

  const auto again = rv::test::load_snapshot(saved, kMaxBytes);
  expect(again.status == Status::kOk, "what was saved to load");
  expect(again.host_sections == loaded.host_sections, "the same host sections");
  Bytes saved_again;
  expect(save_snapshot(*again.collection, again.host_sections, saved_again) == Status::kOk,
         "to save once more");
  expect(saved == saved_again, "the same bytes");
  return 0;
}
