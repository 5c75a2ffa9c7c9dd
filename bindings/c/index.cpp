// An index and its records. See ruvector.h for what each call means.
#include "bindings/c/index.h"

#include <cstring>
#include <new>

namespace {

using rv::Status;
using rv::c::code;
using rv::c::Text;

// Deleted rows stay until they outnumber the live ones, or a write finds no room.
constexpr std::uint32_t kMostDeleted = 1024;

Text text(const char* at, std::size_t bytes) {
  return {reinterpret_cast<const std::byte*>(at), bytes};
}

Status append(rv_index& index, Text id, const void* vector) {
  rv::Collection& collection = *index.collection;
  const bool has_metadata = index.metadata.rows() > 0;
  if (const Status status = index.ids.reserve(id.size()); status != Status::kOk) return status;
  if (has_metadata)
    if (const Status status = index.metadata.reserve(0); status != Status::kOk) return status;
  if (const Status status = collection.stage(1); status != Status::kOk) return status;
  std::memcpy(collection.staged_row(0), vector, collection.store().shape().row_bytes());
  collection.targets()[0] = rv::VectorStore::kAppend;
  if (const Status status = collection.commit(); status != Status::kOk) return status;
  index.ids.push(id);
  if (has_metadata) index.metadata.push({});
  return Status::kOk;
}

rv_status copy_text(Text text, char* to, std::size_t capacity, std::size_t* bytes) {
  *bytes = text.size();
  if (text.size() > capacity) return RV_BUFFER_TOO_SMALL;
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  return RV_OK;
}

}  // namespace

namespace rv::c {

Config to_config(const rv_config& config) noexcept {
  const auto either = [](std::uint32_t value, std::uint32_t usual) {
    return value == 0 ? usual : value;
  };
  // Beyond what a byte holds no value is known, whatever its last byte would say.
  const auto byte = [](std::uint32_t value) {
    return static_cast<std::uint8_t>(value > 0xFF ? 0xFF : value);
  };
  const HnswOptions usual;
  return {{static_cast<Metric>(byte(config.metric)), config.dimensions},
          static_cast<IndexType>(byte(config.index)),
          {either(config.M, usual.M), either(config.ef_construction, usual.ef_construction),
           config.seed},
          static_cast<Quantization>(byte(config.quantization)),
          either(config.bits, 1),
          config.drop_vectors == 0};
}

}  // namespace rv::c

rv_index::~rv_index() {
  for (const auto& [section, bytes] : carried.span())
    collection->budget().release(bytes, static_cast<std::size_t>(section.length));
}

void rv_index::compact() noexcept {
  if (!collection->store().has_deleted()) return;
  const auto live = [this](std::uint32_t row) { return collection->store().is_live(row); };
  ids.compact(live);
  metadata.compact(live);
  collection->compact();
}

void rv_index::note_change() noexcept {
  std::size_t kept = 0;
  for (const rv::c::Carried& it : carried.span())
    if ((it.section.flags & rv::kOfRecordsFlag) == 0)
      carried[kept++] = it;
    else
      collection->budget().release(it.bytes, static_cast<std::size_t>(it.section.length));
  carried.shrink(kept);
}

rv_status rv_create(const rv_config* config, rv_index** index) {
  if (config == nullptr || index == nullptr) return RV_INVALID_ARGUMENT;
  auto created =
      rv::Collection::create(rv::c::to_config(*config), rv::c::to_budget(config->max_bytes));
  if (!created.ok()) return code(created.status());
  auto* made = new (std::nothrow) rv_index(std::move(*created), config->max_bytes);
  if (made == nullptr) return RV_OUT_OF_MEMORY;
  *index = made;
  return RV_OK;
}

void rv_destroy(rv_index* index) { delete index; }

rv_status rv_describe(const rv_index* index, rv_config* config) {
  if (index == nullptr || config == nullptr) return RV_INVALID_ARGUMENT;
  const rv::Config& it = index->collection->config();
  *config = {static_cast<std::uint32_t>(it.shape.metric),
             it.shape.dim,
             static_cast<std::uint32_t>(it.index),
             it.hnsw.M,
             it.hnsw.ef_construction,
             it.hnsw.seed,
             static_cast<std::uint32_t>(it.quantization),
             it.bits,
             it.keep ? 0u : 1u,
             index->max_bytes};
  return RV_OK;
}

std::uint32_t rv_count(const rv_index* index) {
  return index == nullptr ? 0 : index->collection->store().live_rows();
}

std::size_t rv_used_bytes(const rv_index* index) {
  return index == nullptr ? 0 : static_cast<std::size_t>(index->collection->used_bytes());
}

rv_status rv_add(rv_index* index, const char* id, std::size_t id_bytes, const void* vector,
                 std::uint32_t dimensions) {
  if (index == nullptr || (id == nullptr && id_bytes > 0) || vector == nullptr)
    return RV_INVALID_ARGUMENT;
  const Text name = text(id, id_bytes);
  if (const Status status = rv::c::Ids::check(name); status != Status::kOk) return code(status);
  const rv::VectorStore& store = index->collection->store();
  if (dimensions != store.shape().dim) return RV_DIMENSION_MISMATCH;
  if (index->ids.find(name) != rv::c::Ids::kNone) return RV_DUPLICATE_ID;
  const std::uint32_t deleted = store.rows() - store.live_rows();
  if (deleted >= kMostDeleted && deleted > store.live_rows()) index->compact();
  Status status = append(*index, name, vector);
  if (status == Status::kOutOfMemory && store.has_deleted()) {
    index->compact();
    status = append(*index, name, vector);
  }
  if (status == Status::kOk) index->note_change();
  return code(status);
}

rv_status rv_delete(rv_index* index, const char* id, std::size_t id_bytes) {
  if (index == nullptr || (id == nullptr && id_bytes > 0)) return RV_INVALID_ARGUMENT;
  const std::uint32_t row = index->ids.find(text(id, id_bytes));
  if (row == rv::c::Ids::kNone) return RV_NOT_FOUND;
  const Status status = index->collection->remove(row);
  if (status != Status::kOk) return code(status);
  index->ids.remove(row);
  index->note_change();
  return RV_OK;
}

rv_status rv_id(const rv_index* index, std::uint32_t row, char* id, std::size_t capacity,
                std::size_t* bytes) {
  if (index == nullptr || (id == nullptr && capacity > 0) || bytes == nullptr)
    return RV_INVALID_ARGUMENT;
  if (!index->collection->store().is_live(row)) return RV_NOT_FOUND;
  return copy_text(index->ids.strings().at(row), id, capacity, bytes);
}

rv_status rv_metadata(const rv_index* index, std::uint32_t row, char* json, std::size_t capacity,
                      std::size_t* bytes) {
  if (index == nullptr || (json == nullptr && capacity > 0) || bytes == nullptr)
    return RV_INVALID_ARGUMENT;
  if (!index->collection->store().is_live(row)) return RV_NOT_FOUND;
  const bool has = index->metadata.rows() > 0;
  return copy_text(has ? index->metadata.at(row) : Text{}, json, capacity, bytes);
}

rv_status rv_maintain(rv_index* index, std::uint32_t rows, std::uint32_t* pending) {
  if (index == nullptr || pending == nullptr) return RV_INVALID_ARGUMENT;
  const Status status = index->collection->maintain(rows);
  if (status == Status::kOk) *pending = index->collection->pending();
  return code(status);
}
