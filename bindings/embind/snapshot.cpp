// Saving and loading for JavaScript, as lists of copies that the host makes. See module.cpp for the
// rules of the shims, engine/load.h and snapshot/writer.h for the order of the calls.
#include <emscripten/bind.h>

#include <new>

#include "engine/collection.h"
#include "engine/load.h"
#include "snapshot/writer.h"

namespace {

using Address = std::uint32_t;
using rv::SnapshotLoader;

std::uint32_t code(rv::Status status) { return static_cast<std::uint32_t>(status); }

struct SnapshotSaver {
  rv::MemoryBudget budget{UINT64_MAX};
  rv::SectionWriter writer{budget};
  std::size_t engine_sections = 0;
};

SnapshotSaver& saver(Address s) { return *reinterpret_cast<SnapshotSaver*>(s); }
SnapshotLoader& loader(Address l) { return *reinterpret_cast<SnapshotLoader*>(l); }
Address address(const void* at) { return reinterpret_cast<Address>(at); }

Address create_saver() { return address(new (std::nothrow) SnapshotSaver); }
void destroy_saver(Address s) { delete &saver(s); }
std::uint32_t save(Address s, Address collection) {
  const rv::Status status = reinterpret_cast<rv::Collection*>(collection)->save(saver(s).writer);
  saver(s).engine_sections = saver(s).writer.sections().size();
  return code(status);
}
std::uint32_t add_host_section(Address s, std::uint32_t kind, std::uint32_t flags,
                               std::uint32_t version, double length, std::uint32_t crc) {
  return code(saver(s).writer.add_host_section(
      {kind, flags, version, crc, 0, static_cast<std::uint64_t>(length)}));
}
std::uint32_t finish(Address s) { return code(saver(s).writer.finish()); }
double total_bytes(Address s) { return static_cast<double>(saver(s).writer.total_bytes()); }
std::uint32_t part_count(Address s) {
  return static_cast<std::uint32_t>(saver(s).writer.parts().size());
}
// The fields of SectionWriter::Part.
double part(Address s, std::uint32_t i, std::uint32_t field) {
  const rv::SectionWriter::Part& part = saver(s).writer.parts()[i];
  const double fields[] = {static_cast<double>(part.offset),
                           static_cast<double>(address(part.bytes)),
                           static_cast<double>(part.length)};
  return fields[field];
}
double host_offset(Address s, std::uint32_t i) {
  // Host sections are behind the engine's.
  const auto sections = saver(s).writer.sections();
  return static_cast<double>(sections[saver(s).engine_sections + i].offset);
}

// Bytes of header and table that open() wants, or -status.
double prefix_bytes(Address at, std::uint32_t length) {
  const auto bytes =
      rv::SectionReader::prefix_bytes({reinterpret_cast<const std::byte*>(at), length});
  return bytes.ok() ? *bytes : -static_cast<double>(bytes.status());
}

void destroy_loader(Address l) { delete &loader(l); }
Address create_loader(double max_bytes, std::uint32_t index, std::uint32_t M,
                      std::uint32_t ef_construction, std::uint32_t seed, std::uint32_t quantization,
                      std::uint32_t bits, std::uint32_t keep) {
  return address(new (std::nothrow) SnapshotLoader(static_cast<std::uint64_t>(max_bytes),
                                                   {{},
                                                    static_cast<rv::IndexType>(index),
                                                    {M, ef_construction, seed},
                                                    static_cast<rv::Quantization>(quantization),
                                                    bits,
                                                    keep != 0}));
}
std::uint32_t open(Address l, Address prefix, std::uint32_t length, double total) {
  return code(loader(l).open({reinterpret_cast<const std::byte*>(prefix), length},
                             static_cast<std::uint64_t>(total)));
}
std::uint32_t next(Address l) { return code(loader(l).next()); }
double wanted_offset(Address l) { return static_cast<double>(loader(l).wanted().offset); }
Address wanted_address(Address l) { return address(loader(l).wanted().to); }
std::uint32_t wanted_length(Address l) {
  return static_cast<std::uint32_t>(loader(l).wanted().length);
}
// The fields of Config, in the order of createCollection(); 0 is the metric.
std::uint32_t config(Address l, std::uint32_t field) {
  const rv::Config& c = loader(l).config();
  const std::uint32_t fields[] = {static_cast<std::uint32_t>(c.shape.metric),
                                  c.shape.dim,
                                  static_cast<std::uint32_t>(c.index),
                                  c.hnsw.M,
                                  c.hnsw.ef_construction,
                                  c.hnsw.seed,
                                  static_cast<std::uint32_t>(c.quantization),
                                  c.bits,
                                  c.keep};
  return fields[field];
}
Address take(Address l) { return address(loader(l).take().release()); }
std::uint32_t section_count(Address l) {
  return static_cast<std::uint32_t>(loader(l).reader().sections().size());
}
// The fields of Section, and whether it is the engine's own.
double section(Address l, std::uint32_t i, std::uint32_t field) {
  const rv::Section& section = loader(l).reader().sections()[i];
  const double fields[] = {static_cast<double>(section.kind),
                           static_cast<double>(section.flags),
                           static_cast<double>(section.version),
                           static_cast<double>(section.crc),
                           static_cast<double>(section.offset),
                           static_cast<double>(section.length),
                           rv::is_engine_section(section.kind) ? 1.0 : 0.0};
  return fields[field];
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_snapshot) {
  emscripten::function("createSaver", &create_saver);
  emscripten::function("Saver.delete", &destroy_saver);
  emscripten::function("Saver.save", &save);
  emscripten::function("Saver.addHostSection", &add_host_section);
  emscripten::function("Saver.finish", &finish);
  emscripten::function("Saver.totalBytes", &total_bytes);
  emscripten::function("Saver.partCount", &part_count);
  emscripten::function("Saver.part", &part);
  emscripten::function("Saver.hostOffset", &host_offset);

  emscripten::function("prefixBytes", &prefix_bytes);
  emscripten::function("createLoader", &create_loader);
  emscripten::function("Loader.delete", &destroy_loader);
  emscripten::function("Loader.open", &open);
  emscripten::function("Loader.next", &next);
  emscripten::function("Loader.wantedOffset", &wanted_offset);
  emscripten::function("Loader.wantedAddress", &wanted_address);
  emscripten::function("Loader.wantedLength", &wanted_length);
  emscripten::function("Loader.config", &config);
  emscripten::function("Loader.take", &take);
  emscripten::function("Loader.sectionCount", &section_count);
  emscripten::function("Loader.section", &section);
}
