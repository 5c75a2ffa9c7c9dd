// The codes that a collection keeps beside its vectors or instead of them, and when it begins to.
//
//   quantization  index       codes                             scan     graph
//   none          flat        -                                 vectors  -
//   none          auto, hnsw  bits; int8 once there is a graph  bits     int8
//   int8          any         int8                              int8     int8
//   rabitq, kept  any         bits; rabitq if above 1 bit;      bits     int8
//                             int8 once there is a graph
//   rabitq alone  any         bits; rabitq                      bits     rabitq
//
// Codes are relative to a centre, so they begin once there are rows enough to find it from; until
// then vectors are kept and compared as they are. The centre then stays. Metrics without codes have
// a graph over the vectors themselves.
#pragma once

#include <span>

#include "base/build.h"
#include "engine/config.h"
#include "quant/bit_scan.h"
#include "quant/plain.h"
#include "quant/rabitq.h"
#include "quant/sq8.h"

namespace rv {

// A query in every form that is needed.
struct PreparedQuery {
  explicit PreparedQuery(MemoryBudget& budget) noexcept : memory(budget) {}

  const std::byte* vector = nullptr;  // the caller's
  float inverse_norm = 1;
  float term = 0;       // of the query
  bool turned = false;  // whether v is rotated

  // v is that of quant/center.h; `other` is as long, for encoders.
  enum Form { kPlain, kInt8, kRabitq, kBits, kCode, kV, kOther, kForms };
  std::byte* form(Form form) noexcept { return memory.data() + form * form_bytes; }
  const std::byte* form(Form form) const noexcept { return memory.data() + form * form_bytes; }
  std::span<float> floats(Form form, std::size_t dim) noexcept {
    return {reinterpret_cast<float*>(this->form(form)), padded(dim)};
  }
  std::size_t form_bytes = 0;  // of the largest
  Array<std::byte> memory;
};

class Codes {
 public:
  // Rows from which on codes and graphs are made: below, comparing all vectors is cheapest.
  static constexpr std::uint32_t kFirstRows = 1024;

  // The configuration and the store must outlive it.
  Codes(const Config& config, const VectorStore& store, MemoryBudget& budget) noexcept;

  bool has_bits() const noexcept { return kHasRabitq && has_bits_; }
  bool has_rabitq() const noexcept { return kHasRabitq && has_rabitq_; }
  bool has_int8() const noexcept { return has_int8_; }
  bool wanted() const noexcept { return has_bits() || has_rabitq() || has_int8_; }
  // Whether the rows are encoded.
  bool active() const noexcept { return active_; }

  // Makes room for the codes of the rows [0, rows). kOutOfMemory: what there was is as it was.
  Status reserve(std::uint32_t rows) noexcept;
  void shrink(std::uint32_t rows) noexcept;

  // Finds the centre from the first rows of the store and encodes all of them. Pre: reserve(rows of
  // the store); it cannot fail then.
  void activate() noexcept;

  // Encodes the vector as row `row`, but for what encode_navigation() does. Pre: active, and
  // reserve() covers the row.
  void encode(std::uint32_t row, const std::byte* vector, float inverse_norm) noexcept;
  void move(std::uint32_t to, std::uint32_t from) noexcept;
  void clear() noexcept;

  // Makes room for the int8 codes that a graph goes by, where it goes by codes of its own, for the
  // first `rows` rows. kOutOfMemory: nothing changed.
  Status add_navigation(std::uint32_t rows) noexcept;
  void drop_navigation() noexcept;
  // Encodes the rows in them. They are of no use to a row before it is linked.
  void encode_navigation(std::span<const std::uint32_t> rows) noexcept;

  // What a graph goes by.
  const Codec& navigator() const noexcept;
  std::byte* navigator_query(PreparedQuery& query) const noexcept;

  // The vectors of rows, where they are kept, else what the codes say of them. Exact distances.
  const Codec& plain() const noexcept { return plain_; }
  const ResidualCodes& stored() const noexcept {
    return has_rabitq() ? static_cast<const ResidualCodes&>(*rabitq_) : int8_;
  }
  std::byte* stored_query(PreparedQuery& query) const noexcept {
    return query.form(has_rabitq() ? PreparedQuery::kRabitq : PreparedQuery::kInt8);
  }
  const Sq8Codes& int8() const noexcept { return int8_; }
  const BitScan& bits() const noexcept { return *bits_; }

  // Every form of a query but the one for scans of bits, which turn() adds. kOutOfMemory.
  Status prepare(const std::byte* vector, float inverse_norm, PreparedQuery& query) const noexcept;
  void turn(PreparedQuery& query) const noexcept;

  // What navigator().code() would give of the query's vector, were it a row.
  std::span<const std::byte> navigator_code(PreparedQuery& query) const noexcept;

  // Bytes that the codes of one row take.
  float bytes_per_row() const noexcept;

  // For snapshots.
  std::span<std::byte> center_bytes() noexcept;
  Sq8Codes& int8() noexcept { return int8_; }
  RabitqCodes& rabitq() noexcept { return *rabitq_; }
  BitScan& bits() noexcept { return *bits_; }
  // Makes room for `rows` rows and a centre, to be filled from a snapshot; then validate() says
  // whether they are what encode() writes. kOutOfMemory; kFormatChecksum.
  Status make_room(std::uint32_t rows, bool with_int8) noexcept;
  Status validate(std::uint32_t rows) noexcept;

 private:
  const Config* config_;
  const VectorStore* store_;
  bool has_bits_, has_rabitq_, has_int8_;
  bool active_ = false;
  bool loading_ = false;
  Center center_;
  Rotation rotation_;
  PlainCodec plain_;
  Sq8Codes int8_;
  MemberIf<kHasRabitq, RabitqCodes> rabitq_;
  MemberIf<kHasRabitq, BitScan> bits_;
  Array<float> scratch_;  // a residual, and a rotated one
};

}  // namespace rv
