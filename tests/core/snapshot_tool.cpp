// snapshot_tool: snapshots by the native build of the engine, to compare with the wasm build's.
//
//   snapshot_tool rebuild IN OUT            loads IN, inserts its vectors one batch after another
//                                           into a new collection, and writes it with the sections
//                                           the host put into IN: OUT is IN, byte for byte
//   snapshot_tool seed METRIC DIM ROWS OUT [INDEX QUANTIZATION BITS KEEP]
//                                           writes a small snapshot with every kind of section;
//                                           METRIC is its number in kernels/metric.h. INDEX and so
//                                           on are numbers of engine/config.h, and mean that there
//                                           are codes and a graph, however few the rows
//
// Exit codes: 0 done, 1 refused or failed (why is on stderr), 2 wrong usage.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/snapshot_host.h"
#include "core/status_name.h"

namespace {

using rv::Collection;
using rv::Status;
using rv::test::Bytes;
using rv::test::HostSection;
using rv::test::status_name;

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

int fail(const char* what, Status status) {
  std::fprintf(stderr, "snapshot_tool: %s: %s\n", what, status_name(status));
  return kFailed;
}

bool read_file(const char* path, Bytes& bytes) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  std::byte buffer[65536];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    bytes.insert(bytes.end(), buffer, buffer + got);
  const bool read = std::ferror(file) == 0;
  std::fclose(file);
  return read;
}

bool write_file(const char* path, const Bytes& bytes) {
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return std::fclose(file) == 0 && written;
}

// Saves `collection` to the file `path`; returns an exit code.
int write_snapshot(Collection& collection, const std::vector<HostSection>& host_sections,
                   const char* path) {
  Bytes snapshot;
  if (const Status status = save_snapshot(collection, host_sections, snapshot);
      status != Status::kOk)
    return fail("the collection cannot be saved", status);
  if (write_file(path, snapshot)) return kDone;
  std::fprintf(stderr, "snapshot_tool: cannot write %s\n", path);
  return kFailed;
}

// Inserts rows [first, first + count) of `from` behind the rows of `to`.
Status insert_rows(Collection& to, const Collection& from, std::uint32_t first,
                   std::uint32_t count) {
  if (const Status status = to.stage(count); status != Status::kOk) return status;
  for (std::uint32_t i = 0; i < count; ++i)
    std::memcpy(to.staged_row(i), from.store().row(first + i), from.store().shape().row_bytes());
  std::ranges::fill(to.targets(), rv::VectorStore::kAppend);
  return to.commit();
}

int rebuild(const char* in, const char* out) {
  Bytes snapshot;
  if (!read_file(in, snapshot)) {
    std::fprintf(stderr, "snapshot_tool: cannot read %s\n", in);
    return kFailed;
  }
  const auto loaded = rv::test::load_snapshot(snapshot);
  if (loaded.status != Status::kOk) return fail("the snapshot cannot be loaded", loaded.status);

  Collection& from = *loaded.collection;
  if (from.store().released_rows() > 0)
    return fail("its vectors are not kept", Status::kInvalidArgument);
  auto to = Collection::create(from.config(), UINT64_MAX);
  if (!to.ok()) return fail("no collection of its shape", to.status());
  constexpr std::uint32_t kBatch = 1000;
  for (std::uint32_t first = 0; first < from.store().rows(); first += kBatch)
    if (const Status status =
            insert_rows(**to, from, first, std::min(kBatch, from.store().rows() - first));
        status != Status::kOk)
      return fail("its vectors cannot be inserted", status);
  return write_snapshot(**to, loaded.host_sections, out);
}

// A string table as format.h lays it out.
Bytes string_table(const std::vector<std::string>& strings) {
  Bytes table(4 + 4 * strings.size());
  std::uint32_t end = 0;
  rv::store_le(table.data(), static_cast<std::uint32_t>(strings.size()));
  for (std::size_t i = 0; i < strings.size(); ++i) {
    end += static_cast<std::uint32_t>(strings[i].size());
    rv::store_le(table.data() + 4 + 4 * i, end);
  }
  for (const std::string& string : strings) {
    const Bytes bytes = rv::test::text(string);
    table.insert(table.end(), bytes.begin(), bytes.end());
  }
  return table;
}

// `numbers`: METRIC DIM ROWS, and from [4] on INDEX QUANTIZATION BITS KEEP if they are given.
int seed(char** numbers, int number_count, const char* out) {
  const auto number = [&](int i) {
    return i < number_count ? static_cast<std::uint32_t>(std::strtoul(numbers[i], nullptr, 10)) : 0;
  };
  const bool indexed = number_count > 4;
  rv::Config config{{static_cast<rv::Metric>(number(0)), number(1)}};
  if (indexed) {
    config.index = static_cast<rv::IndexType>(number(4));
    config.hnsw = {2, 10, 1};  // few links: fuzzing wants small files
    config.quantization = static_cast<rv::Quantization>(number(5));
    config.bits = number(6);
    config.keep = number(7) != 0;
  }
  const rv::Shape shape = config.shape;
  // Codes and graphs begin with many rows; then most of them go.
  const std::uint32_t left = number(2);
  const std::uint32_t count = indexed ? rv::Codes::kFirstRows + left : left;
  auto created = Collection::create(config, UINT64_MAX);
  if (!created.ok()) return fail("no collection of this shape", created.status());
  Collection& collection = **created;
  if (const Status status = collection.stage(count); status != Status::kOk)
    return fail("no room for the rows", status);

  std::vector<std::string> ids, metadata;
  for (std::uint32_t row = 0; row < count; ++row) {
    // Every second vector twice.
    const std::uint32_t number_of = indexed ? row - row % 4 / 3 : row;
    for (std::size_t at = 0; at + 4 <= shape.row_bytes(); at += 4)
      rv::store_le(collection.staged_row(row) + at, static_cast<float>(number_of + at / 4) + 0.5f);
    for (std::size_t at = shape.row_bytes() & ~std::size_t{3}; at < shape.row_bytes(); ++at)
      collection.staged_row(row)[at] = static_cast<std::byte>(number_of + at);
    if (row >= left) continue;
    ids.push_back("r" + std::to_string(row));
    metadata.push_back(row % 2 == 0 ? "" : "{\"n\":" + std::to_string(row) + "}");
  }
  std::ranges::fill(collection.targets(), rv::VectorStore::kAppend);
  if (const Status status = collection.commit(); status != Status::kOk)
    return fail("the vectors are refused", status);
  for (std::uint32_t row = left; row < count; ++row)
    if (const Status status = collection.remove(row); status != Status::kOk)
      return fail("a row stays", status);
  collection.compact();

  return write_snapshot(
      collection,
      {{rv::kSectionIds, rv::kRequiredFlag, 1, string_table(ids)},
       {rv::kSectionMeta, rv::kRequiredFlag, 1, string_table(metadata)},
       {rv::kSectionInfo, rv::kRequiredFlag, 1, rv::test::text("{\"model\":\"seed\"}")},
       {rv::section_kind('X', 'T', 'R', 'A'), 0, 3, rv::test::text("kept as it is")}},
      out);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "rebuild" && argc == 4) return rebuild(argv[2], argv[3]);
  if (command == "seed" && (argc == 6 || argc == 10)) return seed(argv + 2, argc - 2, argv[5]);
  std::fputs(
      "usage: snapshot_tool rebuild IN OUT\n"
      "       snapshot_tool seed METRIC DIM ROWS OUT [INDEX QUANTIZATION BITS KEEP]\n",
      stderr);
  return kUsage;
}
