#include "engine/codes.h"

#include <algorithm>

namespace rv {
namespace {

// How sure a bound must be that passes a candidate over: 0.6 % of the true ones are, where RaBitQ's
// own 1.9 loses 2.9 %.
constexpr float kDeviations = 2.5f;

}  // namespace

Codes::Codes(const Config& config, const VectorStore& store, MemoryBudget& budget) noexcept
    : config_(&config),
      store_(&store),
      has_bits_(config.has_codes() &&
                (config.quantization == Quantization::kRabitq ||
                 (config.quantization == Quantization::kNone && config.has_graph()))),
      has_rabitq_(config.quantization == Quantization::kRabitq &&
                  (config.single_copy() || config.bits > 1)),
      has_int8_(config.quantization == Quantization::kInt8),
      center_(config.shape, budget),
      rotation_(config.shape.dim, config.hnsw.seed),
      plain_(store),
      int8_(center_, budget),
      rabitq_(center_, rotation_, config.bits, budget),
      bits_(center_, budget),
      scratch_(budget) {}

Status Codes::reserve(std::uint32_t rows) noexcept {
  if (const Status status = scratch_.resize(2 * padded(config_->shape.dim)); status != Status::kOk)
    return status;
  if (!active_)
    if (const Status status = center_.begin(); status != Status::kOk) return status;
  if (has_bits())
    if (const Status status = bits_->reserve(rows); status != Status::kOk) return status;
  if (has_rabitq())
    if (const Status status = rabitq_->reserve(rows); status != Status::kOk) return status;
  return has_int8_ ? int8_.reserve(rows) : Status::kOk;
}

void Codes::shrink(std::uint32_t rows) noexcept {
  if (kHasRabitq) bits_->shrink(rows);
  if (kHasRabitq) rabitq_->shrink(rows);
  int8_.shrink(rows);
}

void Codes::activate() noexcept {
  std::uint32_t used = 0;
  for (std::uint32_t row = 0; row < store_->rows() && used < kFirstRows; ++row) {
    if (!store_->is_live(row)) continue;
    center_.add(store_->row(row), store_->inverse_norm(row));
    ++used;
  }
  center_.end();
  active_ = true;
  for (std::uint32_t row = 0; row < store_->rows(); ++row)
    encode(row, store_->row(row), store_->inverse_norm(row));
}

[[gnu::noinline]] void Codes::encode(std::uint32_t row, const std::byte* vector,
                                     float inverse_norm) noexcept {
  const std::size_t width = padded(config_->shape.dim);
  const std::span<float> residual = scratch_.span().first(width);
  const std::span<float> turned = scratch_.span().subspan(width);
  if (has_bits() || has_rabitq()) {
    const float term = center_.residual(vector, inverse_norm, turned);
    rotation_.apply(turned);
    if (has_bits()) bits_->encode(row, turned, term);
    if (has_rabitq()) rabitq_->encode_turned(rabitq_->blocks().row(row), turned, term);
  }
  if (config_->quantization == Quantization::kInt8)
    int8_.encode(row, vector, inverse_norm, residual);
}

void Codes::move(std::uint32_t to, std::uint32_t from) noexcept {
  if (to == from) return;
  if (has_bits()) bits_->move(to, from);
  if (has_rabitq()) rabitq_->move(to, from);
  if (has_int8_) int8_.move(to, from);
}

void Codes::clear() noexcept {
  shrink(0);
  static_cast<void>(center_.load({}));
  scratch_.free();
  active_ = false;
  has_int8_ = config_->quantization == Quantization::kInt8;
}

Status Codes::add_navigation(std::uint32_t rows) noexcept {
  const bool other = has_int8_ || !config_->has_codes() ||
                     (config_->quantization == Quantization::kRabitq && config_->single_copy());
  if (other) return Status::kOk;
  if (const Status status = int8_.reserve(rows); status != Status::kOk) {
    int8_.shrink(0);
    return status;
  }
  has_int8_ = true;
  return Status::kOk;
}

void Codes::drop_navigation() noexcept {
  if (config_->quantization == Quantization::kInt8) return;
  has_int8_ = false;
  int8_.shrink(0);
}

void Codes::encode_navigation(std::span<const std::uint32_t> rows) noexcept {
  if (!has_int8_ || config_->quantization == Quantization::kInt8) return;
  const std::span<float> residual = scratch_.span().first(padded(config_->shape.dim));
  for (const std::uint32_t row : rows)
    int8_.encode(row, store_->row(row), store_->inverse_norm(row), residual);
}

const Codec& Codes::navigator() const noexcept {
  if (!config_->has_codes()) return plain_;
  return has_int8_ ? static_cast<const Codec&>(int8_) : *rabitq_;
}

std::byte* Codes::navigator_query(PreparedQuery& query) const noexcept {
  return query.form(!config_->has_codes() ? PreparedQuery::kPlain
                    : has_int8_           ? PreparedQuery::kInt8
                                          : PreparedQuery::kRabitq);
}

Status Codes::prepare(const std::byte* vector, float inverse_norm,
                      PreparedQuery& query) const noexcept {
  const std::uint32_t dim = config_->shape.dim;
  query.form_bytes = std::max(plain_.query_bytes(), active_ ? int8_.query_bytes() : 0);
  if (query.memory.resize(PreparedQuery::kForms * query.form_bytes) != Status::kOk)
    return Status::kOutOfMemory;
  query.vector = vector;
  query.inverse_norm = inverse_norm;
  plain_.prepare(vector, inverse_norm, query.form(PreparedQuery::kPlain));
  if (!active_) return Status::kOk;
  const std::span<float> v = query.floats(PreparedQuery::kV, dim);
  query.term = center_.query(vector, inverse_norm, v);
  query.turned = false;
  if (has_int8_) int8_.prepare_turned(v, query.term, query.form(PreparedQuery::kInt8));
  if (has_rabitq()) turn(query);
  return Status::kOk;
}

// The forms that want the rotation, which takes longer than all else: a walk by int8 does without.
void Codes::turn(PreparedQuery& query) const noexcept {
  if (query.turned) return;
  query.turned = true;
  const std::span<float> v = query.floats(PreparedQuery::kV, config_->shape.dim);
  rotation_.apply(v);
  if (has_rabitq()) rabitq_->prepare_turned(v, query.term, query.form(PreparedQuery::kRabitq));
  if (has_bits()) bits_->prepare(v, query.term, kDeviations, query.form(PreparedQuery::kBits));
}

std::span<const std::byte> Codes::navigator_code(PreparedQuery& query) const noexcept {
  if (!config_->has_codes()) return {query.vector, config_->shape.row_bytes()};
  std::byte* code = query.form(PreparedQuery::kCode);
  const std::span<float> other = query.floats(PreparedQuery::kOther, config_->shape.dim);
  if (has_int8_)
    int8_.encode_to(code, query.vector, query.inverse_norm, other);
  else
    rabitq_->encode_to(code, query.vector, query.inverse_norm, other);
  return {code, navigator().code(0).size()};
}

float Codes::bytes_per_row() const noexcept {
  const std::uint32_t dim = config_->shape.dim;
  float bytes = 0;
  if (has_bits())
    bytes +=
        static_cast<float>(BitScan::block_bytes(dim)) / static_cast<float>(BitScan::kBlockRows);
  if (has_rabitq()) bytes += static_cast<float>(rabitq_->blocks().row_bytes());
  if (has_int8_) bytes += static_cast<float>(int8_.blocks().row_bytes());
  return bytes;
}

Status Codes::make_room(std::uint32_t rows, bool with_int8) noexcept {
  has_int8_ = has_int8_ || with_int8;
  if (const Status status = reserve(rows); status != Status::kOk) return status;
  active_ = loading_ = true;
  return Status::kOk;
}

// While a snapshot is loaded its centre lands in the scratch memory.
std::span<std::byte> Codes::center_bytes() noexcept {
  const auto values = center_.values();
  if (!loading_)
    return {reinterpret_cast<std::byte*>(const_cast<float*>(values.data())), values.size_bytes()};
  return std::as_writable_bytes(scratch_.span().first(config_->shape.dim));
}

Status Codes::validate(std::uint32_t rows) noexcept {
  Status status = center_.load(center_bytes());
  loading_ = false;
  for (std::uint32_t row = 0; row < rows && status == Status::kOk; ++row) {
    if (has_rabitq()) status = rabitq_->validate_row(row);
    if (has_int8_ && status == Status::kOk) status = int8_.validate_row(row);
  }
  for (std::uint32_t block = 0; has_bits() && block < BitScan::blocks_for(rows); ++block)
    if (status == Status::kOk) status = bits_->validate_block(block);
  return status;
}

}  // namespace rv
