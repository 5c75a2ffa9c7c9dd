// The snapshot container, version 1: this header is its manual. Little-endian throughout. Bytes
// that are zero here are reserved: a reader refuses other values as of a newer version.
//
//   offset  header, 64 bytes
//        0  u8[8]  magic "\x8Arvsnap\n": a byte above 0x7F and a line feed betray text transfers
//        8  u16    major: a reader refuses one it does not know
//       10  u16    minor: readers ignore it
//       12  u32    section count, at most kMaxSections, of them at most kMaxUnknownSections unknown
//       16  u64    total bytes of the snapshot
//       24  u32    CRC-32 of the section table
//       28  u32    flags, 0; a reader refuses bits it does not know (reserved: encryption)
//       32  u64    replica, 0 (reserved: sync; readers ignore it)
//       40  u64    clock, 0 (reserved: sync; readers ignore it)
//       48  u8[12] zero
//       60  u32    CRC-32 of bytes 0..59
//
//   offset  section table, 64 bytes an entry
//        0  u32    kind, four ASCII characters
//        4  u32    flags: bit 0, a reader that does not know the kind must refuse the snapshot;
//                  bit 1, the section holds for these very records only, and one who changes them
//                  drops it; a reader refuses bits it does not know
//        8  u32    version of the section's own layout
//       12  u32    CRC-32 of the section's bytes
//       16  u64    offset from the start of the snapshot, a multiple of 64
//       24  u64    length in bytes
//       32  u8[32] zero (reserved: nonce and tag for encryption, page size for range loading)
//
// Sections follow in table order, each at the first multiple of 64 behind the one before it, with
// zeros between them; nothing follows the last. So the lengths fix the layout, and two snapshots of
// the same content are the same bytes.
//
// Sections of version 1:
//   CONF  engine, required  u32 dim, u32 metric (kernels/metric.h), u32 index (engine/config.h: 0
//   flat,
//                           1 hnsw, 2 auto), u32 rows, u8 quantization (0 none, 1 int8, 2 rabitq),
//                           u8 bits, u8 1 where the vectors are not kept, u8 bit 0: there are
//                           codes, bit 1: int8 codes for the graph among them, bit 2: there is a
//                           graph; and where there are codes or a graph (else zeros): u32 M, u32 ef
//                           of construction, u32 seed, u32 entry row, u32 linked rows, u32 rows the
//                           graph was offered, then struct Calibration (engine/plan.h);
//                           zeros up to 64 bytes
//   VECS  engine, required  rows * row bytes: the vectors as they were given; empty where not kept
//   NORM  engine            f32 1 / |x| of each row: where vectors are not kept, under cosine
//   CNTR  engine            f32 centre[dim] (quant/center.h): where there are codes
//   BITS  engine            blocks of 32 rows (quant/bit_scan.h)
//   SQ8C  engine            rows (quant/sq8.h)
//   RABQ  engine            rows (quant/rabitq.h)
//   NODE  engine            rows (index/hnsw/hnsw.h, struct Node)
//   UPPR  engine            u32 lists of the upper layers
//   IDS   host, required    a string table: record ids in row order
//   META  host              a string table: JSON objects in row order, "" for none
//   INFO  host              UTF-8 JSON: {"model"?: string, "tuned"?: {"ef", "count", "target"}}:
//   the
//                           width that searches of so many records need for a recall of `target`
//   NAMS  host              u32 namespace[rows]: 0 the default one, n the n-th name of the string
//                           table of namespaces behind it, which are in order of their first rows
// Those that are not always required are absent where there is nothing to say, and flagged required
// where present: a reader that skipped them would lose data. Ids are unique in their namespace. A
// string table is u32 count, u32 end[count] (offsets into the text behind it, ascending), then the
// UTF-8 text.
//
// An optional section of unknown kind is kept as it is and written again behind the known ones; one
// with bit 1 only for as long as the records stay as they are.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rv {

constexpr std::uint8_t kSnapshotMagic[8] = {0x8A, 'r', 'v', 's', 'n', 'a', 'p', '\n'};
constexpr std::uint16_t kSnapshotMajor = 1;
constexpr std::uint16_t kSnapshotMinor = 0;
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kEntryBytes = 64;
constexpr std::size_t kSectionAlignment = 64;
constexpr std::uint32_t kMaxSections = 64;
constexpr std::uint32_t kRequiredFlag = 1;
constexpr std::uint32_t kOfRecordsFlag = 2;

constexpr std::uint32_t section_kind(char a, char b, char c, char d) noexcept {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8 |
         static_cast<std::uint32_t>(c) << 16 | static_cast<std::uint32_t>(d) << 24;
}

constexpr std::uint32_t kSectionConf = section_kind('C', 'O', 'N', 'F');
constexpr std::uint32_t kSectionVecs = section_kind('V', 'E', 'C', 'S');
constexpr std::uint32_t kSectionNorm = section_kind('N', 'O', 'R', 'M');
constexpr std::uint32_t kSectionCntr = section_kind('C', 'N', 'T', 'R');
constexpr std::uint32_t kSectionBits = section_kind('B', 'I', 'T', 'S');
constexpr std::uint32_t kSectionSq8c = section_kind('S', 'Q', '8', 'C');
constexpr std::uint32_t kSectionRabq = section_kind('R', 'A', 'B', 'Q');
constexpr std::uint32_t kSectionNode = section_kind('N', 'O', 'D', 'E');
constexpr std::uint32_t kSectionUppr = section_kind('U', 'P', 'P', 'R');
constexpr std::uint32_t kSectionIds = section_kind('I', 'D', 'S', ' ');
constexpr std::uint32_t kSectionMeta = section_kind('M', 'E', 'T', 'A');
constexpr std::uint32_t kSectionInfo = section_kind('I', 'N', 'F', 'O');
constexpr std::uint32_t kSectionNams = section_kind('N', 'A', 'M', 'S');
constexpr std::uint32_t kKnownSections[] = {kSectionConf, kSectionVecs, kSectionNorm, kSectionCntr,
                                            kSectionBits, kSectionSq8c, kSectionRabq, kSectionNode,
                                            kSectionUppr, kSectionIds,  kSectionMeta, kSectionInfo,
                                            kSectionNams};
constexpr std::uint32_t kEngineSections = 9;  // the first ones
constexpr bool is_engine_section(std::uint32_t kind) noexcept {
  for (std::uint32_t i = 0; i < kEngineSections; ++i)
    if (kKnownSections[i] == kind) return true;
  return false;
}
// A collection that keeps the unknown ones must be able to save all.
constexpr std::uint32_t kMaxUnknownSections =
    kMaxSections - sizeof kKnownSections / sizeof *kKnownSections;
constexpr std::size_t kConfBytes = 64;

struct Section {
  std::uint32_t kind = 0;
  std::uint32_t flags = 0;
  std::uint32_t version = 1;
  std::uint32_t crc = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
static_assert(sizeof(Section) == 32);  // the first half of its entry, field by field

}  // namespace rv
