#include "engine/load.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/limits.h"

namespace rv {
namespace {

// What the byte at 19 of CONF says.
constexpr std::uint32_t kHasCodes = 1, kHasInt8 = 2, kHasGraph = 4;

std::uint32_t contents(std::span<const std::byte> conf) noexcept {
  return std::to_integer<std::uint32_t>(conf[19]);
}

// Whether a collection made as `config` can have those codes and that graph.
bool can_have(const Config& config, std::uint32_t contents) noexcept {
  const bool codes = (contents & kHasCodes) != 0, int8 = (contents & kHasInt8) != 0;
  const bool graph = (contents & kHasGraph) != 0;
  const bool wants_int8 = config.quantization == Quantization::kInt8;
  const bool by_rabitq = config.quantization == Quantization::kRabitq && config.single_copy();
  if (graph && !config.has_graph()) return false;
  if (codes &&
      !(config.has_codes() && (config.quantization != Quantization::kNone || config.has_graph())))
    return false;
  if (wants_int8 ? int8 != codes : int8 && !(codes && config.has_graph() && !by_rabitq))
    return false;
  // What the graph goes by.
  return !graph || !config.has_codes() || int8 || (codes && by_rabitq);
}

bool is_plausible(const Calibration& it) noexcept {  // NaN is not
  constexpr float kMost = 1e9f;
  return it.reranked_per_depth >= 0 && it.reranked_per_depth <= kMost &&
         it.evaluations_per_ef >= 0 && it.evaluations_per_ef <= kMost;
}

}  // namespace

Status SnapshotLoader::open(std::span<const std::byte> prefix, std::uint64_t total_bytes) noexcept {
  if (const Status status = reader_.open(prefix, total_bytes); status != Status::kOk) return status;
  const bool sized = reader_.find(kSectionConf)->length == kConfBytes;
  return sized ? Status::kOk : Status::kFormatChecksum;
}

Status SnapshotLoader::next() noexcept {
  switch (step_) {
    case Step::kConf:
      wanted_ = {reader_.find(kSectionConf)->offset, conf_, kConfBytes};
      step_ = Step::kStart;
      return Status::kOk;
    case Step::kStart:
      return start();
    case Step::kParts:
      crc_ = crc32(crc_, {wanted_.to, static_cast<std::size_t>(wanted_.length)});
      return next_part();
    case Step::kDone:
      break;
  }
  return Status::kInvalidArgument;
}

Status SnapshotLoader::read_conf() noexcept {
  if (crc32(0, conf_) != reader_.find(kSectionConf)->crc) return Status::kFormatChecksum;
  const auto word = [&](std::size_t at) { return load_le<std::uint32_t>(conf_ + at); };
  if (word(4) >= kMetricCount || word(8) > static_cast<std::uint32_t>(IndexType::kAuto) ||
      contents(conf_) > 7 || !is_zero(std::span(conf_).subspan(60)))
    return Status::kFormatVersion;
  config_.shape = {static_cast<Metric>(word(4)), word(0)};
  rows_ = word(12);
  if (contents(conf_) != 0) {
    config_.index = static_cast<IndexType>(word(8));
    config_.quantization = static_cast<Quantization>(conf_[16]);
    config_.bits = std::to_integer<std::uint32_t>(conf_[17]);
    config_.keep = conf_[18] == std::byte{0};
    config_.hnsw = {word(20), word(24), word(28)};
    if (conf_[18] > std::byte{1}) return Status::kFormatVersion;
  } else if (word(8) != 0 || !is_zero(std::span(conf_).subspan(16))) {
    return Status::kFormatVersion;
  } else if (!config_.has_codes()) {
    config_.quantization = Quantization::kNone;
  }
  const bool sound = config_.validate() == Status::kOk && rows_ <= kMaxRows && word(40) <= rows_ &&
                     can_have(config_, contents(conf_)) &&
                     ((contents(conf_) & kHasGraph) != 0 || contents(conf_) == 0 ||
                      (word(32) == Hnsw::kNone && word(36) == 0 && word(40) == 0)) &&
                     is_plausible(load_le<Calibration>(conf_ + 44));
  return sound ? Status::kOk : Status::kFormatChecksum;
}

Status SnapshotLoader::start() noexcept {
  if (const Status status = read_conf(); status != Status::kOk) return status;
  auto created = Collection::create(config_, max_bytes_);
  if (!created.ok()) return created.status();
  // Before memory is taken: a forged count must not be able to ask for more than the file holds.
  const bool released = (contents(conf_) & kHasCodes) != 0 && config_.single_copy();
  const std::uint64_t vectors = released ? 0 : std::uint64_t{rows_} * config_.shape.row_bytes();
  collection_ = std::move(*created);
  const auto length = [&](std::uint32_t kind) noexcept {
    const Section* section = reader_.find(kind);
    return section == nullptr ? 0 : section->length;
  };
  const bool graph = (contents(conf_) & kHasGraph) != 0;
  if (length(kSectionVecs) != vectors ||
      (released && length(kSectionSq8c) + length(kSectionRabq) < std::uint64_t{rows_} * 16) ||
      (graph && length(kSectionNode) != std::uint64_t{rows_} * collection_->graph().node_bytes()))
    return Status::kFormatChecksum;
  if (const Status status = collection_->make_room(rows_, conf_, length(kSectionUppr));
      status != Status::kOk)
    return status;
  section_count_ = collection_->sections(sections_);
  // Exactly the sections that such a collection has, each of its length.
  std::uint32_t engine_sections = 1;
  for (std::uint32_t i = 0; i < kEngineSections; ++i)
    if (kKnownSections[i] != kSectionConf && reader_.find(kKnownSections[i]) != nullptr)
      ++engine_sections;
  if (engine_sections != section_count_ + 1) return Status::kFormatChecksum;
  for (const EngineSection& section : std::span(sections_).first(section_count_)) {
    const Section* found = reader_.find(section.kind);
    if (found == nullptr || found->length != section.length()) return Status::kFormatChecksum;
  }
  step_ = Step::kParts;
  return next_part();
}

Status SnapshotLoader::next_part() noexcept {
  for (; section_ < section_count_; ++section_) {
    const Section& section = *reader_.find(sections_[section_].kind);
    const auto part = sections_[section_].next(row_);
    if (!part.empty()) {
      wanted_ = {section.offset + copied_, part.data(), part.size()};
      copied_ += part.size();
      return Status::kOk;
    }
    if (crc_ != section.crc) return Status::kFormatChecksum;
    row_ = crc_ = 0;
    copied_ = 0;
  }
  step_ = Step::kDone;
  wanted_ = {};
  // What no write would have taken was not written by save(): the bytes are not a snapshot's.
  const Status status = collection_->adopt(rows_, conf_);
  return status == Status::kOutOfMemory || status == Status::kOk ? status : Status::kFormatChecksum;
}

// Takes memory for all sections, so that sections() names it.
Status Collection::make_room(std::uint32_t rows, std::span<const std::byte> conf,
                             std::uint64_t upper_bytes) noexcept {
  const std::uint32_t has = contents(conf);
  const bool released = (has & kHasCodes) != 0 && config_.single_copy();
  Status status = released ? store_.restore_released(rows) : store_.stage(rows);
  if (status == Status::kOk && (has & kHasCodes) != 0)
    status = codes_.make_room(rows, (has & kHasInt8) != 0);
  if (status == Status::kOk && (has & kHasGraph) != 0) status = graph_.make_room(rows, upper_bytes);
  loading_rows_ = rows;
  return status;
}

// The sections are filled: checks them, and is what was saved.
Status Collection::adopt(std::uint32_t rows, std::span<const std::byte> conf) noexcept {
  loading_rows_ = 0;
  if (store_.released_rows() == 0) {
    if (const Status status = targets_.resize(rows); status != Status::kOk) return status;
    std::ranges::fill(targets_.span(), VectorStore::kAppend);
    if (const Status status = store_.check(targets_.span()); status != Status::kOk) return status;
    store_.commit(targets_.span(), [](std::uint32_t, std::uint32_t) noexcept {});
    targets_.free();
  }
  if (const Status status = store_.validate(); status != Status::kOk) return status;
  if (codes_.active())
    if (const Status status = codes_.validate(rows); status != Status::kOk) return status;
  if (contents(conf) == 0) {
    if (const Status status = reserve_derived(rows); status != Status::kOk) return status;
    derive();
    return Status::kOk;
  }
  calibration_ = load_le<Calibration>(conf.data() + 44);
  if (graph_.rows() == 0) return Status::kOk;
  Array<std::uint32_t> marks(buffers_);
  const auto word = [&](std::size_t at) { return load_le<std::uint32_t>(conf.data() + at); };
  if (const Status status = graph_.adopt(word(32), word(36), marks); status != Status::kOk)
    return status;
  graph_rows_ = word(40);
  if (graph_.linked_rows() != graph_rows_) return Status::kFormatChecksum;
  for (std::uint32_t row = 0; row < rows; ++row)
    if (graph_.is_linked(row) != (row < graph_rows_)) return Status::kFormatChecksum;
  return scratch_.prepare(rows, config_.hnsw.ef_construction, codes_.navigator());
}

}  // namespace rv
