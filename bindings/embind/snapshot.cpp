// Saving and loading for JavaScript, as lists of copies that the host makes. See module.cpp for the
// rules of the shims, engine/load.h and snapshot/writer.h for the order of the calls.
#include <emscripten/bind.h>

#include <new>

#include "engine/collection.h"
#include "engine/load.h"
#include "snapshot/writer.h"

namespace {

using Address = std::uintptr_t;
using rv::SnapshotLoader;

int code(rv::Status status) { return static_cast<int>(status); }

struct SnapshotSaver {
  rv::MemoryBudget budget{UINT64_MAX};
  rv::SectionWriter writer{budget};
};

SnapshotSaver* create_saver() { return new (std::nothrow) SnapshotSaver; }
int save(SnapshotSaver& s, rv::Collection& collection) { return code(collection.save(s.writer)); }
int add_host_section(SnapshotSaver& s, std::uint32_t kind, std::uint32_t flags,
                     std::uint32_t version, double length, std::uint32_t crc) {
  return code(s.writer.add_host_section(
      {kind, flags, version, crc, 0, static_cast<std::uint64_t>(length)}));
}
int finish(SnapshotSaver& s) { return code(s.writer.finish()); }
double total_bytes(const SnapshotSaver& s) { return static_cast<double>(s.writer.total_bytes()); }
std::uint32_t part_count(const SnapshotSaver& s) {
  return static_cast<std::uint32_t>(s.writer.parts().size());
}
double part_offset(const SnapshotSaver& s, std::uint32_t i) {
  return static_cast<double>(s.writer.parts()[i].offset);
}
Address part_address(const SnapshotSaver& s, std::uint32_t i) {
  return reinterpret_cast<Address>(s.writer.parts()[i].bytes);
}
std::uint32_t part_length(const SnapshotSaver& s, std::uint32_t i) {
  return static_cast<std::uint32_t>(s.writer.parts()[i].length);
}
std::uint32_t saver_section_count(const SnapshotSaver& s) {
  return static_cast<std::uint32_t>(s.writer.sections().size());
}
double saver_section_offset(const SnapshotSaver& s, std::uint32_t i) {
  return static_cast<double>(s.writer.sections()[i].offset);
}

// Bytes of header and table that open() wants, or -status.
int prefix_bytes(Address at, std::uint32_t length) {
  const auto bytes =
      rv::SectionReader::prefix_bytes({reinterpret_cast<const std::byte*>(at), length});
  return bytes.ok() ? static_cast<int>(*bytes) : -code(bytes.status());
}

SnapshotLoader* create_loader(double max_bytes) {
  return new (std::nothrow) SnapshotLoader(static_cast<std::uint64_t>(max_bytes));
}
int open(SnapshotLoader& l, Address prefix, std::uint32_t length, double total) {
  return code(l.open({reinterpret_cast<const std::byte*>(prefix), length},
                     static_cast<std::uint64_t>(total)));
}
int next(SnapshotLoader& l) { return code(l.next()); }
double wanted_offset(const SnapshotLoader& l) { return static_cast<double>(l.wanted().offset); }
Address wanted_address(const SnapshotLoader& l) { return reinterpret_cast<Address>(l.wanted().to); }
std::uint32_t wanted_length(const SnapshotLoader& l) {
  return static_cast<std::uint32_t>(l.wanted().length);
}
std::uint32_t loader_metric(const SnapshotLoader& l) {
  return static_cast<std::uint32_t>(l.shape().metric);
}
std::uint32_t loader_dim(const SnapshotLoader& l) { return l.shape().dim; }
rv::Collection* take(SnapshotLoader& l) { return l.take().release(); }
std::uint32_t loader_section_count(const SnapshotLoader& l) {
  return static_cast<std::uint32_t>(l.reader().sections().size());
}
std::uint32_t section_kind(const SnapshotLoader& l, std::uint32_t i) {
  return l.reader().sections()[i].kind;
}
std::uint32_t section_flags(const SnapshotLoader& l, std::uint32_t i) {
  return l.reader().sections()[i].flags;
}
std::uint32_t section_version(const SnapshotLoader& l, std::uint32_t i) {
  return l.reader().sections()[i].version;
}
std::uint32_t section_crc(const SnapshotLoader& l, std::uint32_t i) {
  return l.reader().sections()[i].crc;
}
double loader_section_offset(const SnapshotLoader& l, std::uint32_t i) {
  return static_cast<double>(l.reader().sections()[i].offset);
}
double section_length(const SnapshotLoader& l, std::uint32_t i) {
  return static_cast<double>(l.reader().sections()[i].length);
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_snapshot) {
  emscripten::function("createSaver", &create_saver, emscripten::allow_raw_pointers());
  emscripten::class_<SnapshotSaver>("SnapshotSaver")
      .function("save", &save)
      .function("addHostSection", &add_host_section)
      .function("finish", &finish)
      .function("totalBytes", &total_bytes)
      .function("partCount", &part_count)
      .function("partOffset", &part_offset)
      .function("partAddress", &part_address)
      .function("partLength", &part_length)
      .function("sectionCount", &saver_section_count)
      .function("sectionOffset", &saver_section_offset);

  emscripten::function("prefixBytes", &prefix_bytes);
  emscripten::function("createLoader", &create_loader, emscripten::allow_raw_pointers());
  emscripten::class_<SnapshotLoader>("SnapshotLoader")
      .function("open", &open)
      .function("next", &next)
      .function("wantedOffset", &wanted_offset)
      .function("wantedAddress", &wanted_address)
      .function("wantedLength", &wanted_length)
      .function("metric", &loader_metric)
      .function("dim", &loader_dim)
      .function("take", &take, emscripten::allow_raw_pointers())
      .function("sectionCount", &loader_section_count)
      .function("sectionKind", &section_kind)
      .function("sectionFlags", &section_flags)
      .function("sectionVersion", &section_version)
      .function("sectionCrc", &section_crc)
      .function("sectionOffset", &loader_section_offset)
      .function("sectionLength", &section_length);
}
