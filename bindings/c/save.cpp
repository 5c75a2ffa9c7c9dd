#include <algorithm>
#include <cstring>
#include <new>

#include "bindings/c/index.h"
#include "snapshot/writer.h"

struct rv_save {
  rv::MemoryBudget budget{UINT64_MAX};
  rv::SectionWriter writer{budget};
};

namespace {

using rv::Status;

Status add_section(rv::SectionWriter& writer, const rv::Section& section,
                   std::initializer_list<std::span<const std::byte>> parts) {
  Status status = writer.add_host_section(
      {section.kind, section.flags, section.version, 0, 0, 0});  // counted as its parts come
  for (const auto& part : parts)
    if (status == Status::kOk) status = writer.add_part(part);
  return status;
}

Status write(rv_index& index, rv::SectionWriter& writer) {
  Status status = index.collection->save(writer);
  const auto add_table = [&](std::uint32_t kind, rv::c::Strings& table) {
    // The count stands before no rows too; the writer keeps the span.
    static constexpr std::uint32_t kNoRows[] = {0};
    std::span<const std::byte> numbers = table.numbers();
    if (numbers.empty()) numbers = std::as_bytes(std::span(kNoRows));
    if (status == Status::kOk)
      status = add_section(writer, {kind, rv::kRequiredFlag}, {numbers, table.text()});
  };
  add_table(rv::kSectionIds, index.ids.strings());
  if (!index.metadata.text().empty()) add_table(rv::kSectionMeta, index.metadata);
  for (const auto& [section, bytes] : index.carried.span())
    if (status == Status::kOk)
      status = add_section(writer, section, {{bytes, static_cast<std::size_t>(section.length)}});
  return status == Status::kOk ? writer.finish() : status;
}

}  // namespace

rv_status rv_save_begin(rv_index* index, std::size_t* total_bytes, rv_save** save) {
  if (index == nullptr || total_bytes == nullptr || save == nullptr) return RV_INVALID_ARGUMENT;
  auto* made = new (std::nothrow) rv_save;
  if (made == nullptr) return RV_OUT_OF_MEMORY;
  index->compact();
  Status status = write(*index, made->writer);
  if (status == Status::kOk && made->writer.total_bytes() > SIZE_MAX) status = Status::kOutOfMemory;
  if (status != Status::kOk) {
    delete made;
    return rv::c::code(status);
  }
  *total_bytes = static_cast<std::size_t>(made->writer.total_bytes());
  *save = made;
  return RV_OK;
}

rv_status rv_save_read(const rv_save* save, std::size_t offset, std::size_t length, void* to) {
  if (save == nullptr || (to == nullptr && length > 0)) return RV_INVALID_ARGUMENT;
  const std::uint64_t total = save->writer.total_bytes();
  if (offset > total || length > total - offset) return RV_INVALID_ARGUMENT;
  if (length == 0) return RV_OK;
  std::memset(to, 0, length);  // what is between sections
  for (const rv::SectionWriter::Part& part : save->writer.parts()) {
    const std::uint64_t from = std::max<std::uint64_t>(part.offset, offset);
    const std::uint64_t end = std::min(part.offset + part.length, std::uint64_t{offset} + length);
    if (from < end)
      std::memcpy(static_cast<std::byte*>(to) + (from - offset), part.bytes + (from - part.offset),
                  static_cast<std::size_t>(end - from));
  }
  return RV_OK;
}

void rv_save_end(rv_save* save) { delete save; }
