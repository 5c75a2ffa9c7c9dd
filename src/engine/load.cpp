#include "engine/load.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/limits.h"

namespace rv {
namespace {

// Whether a collection made as `config` can have those codes and that graph.
bool can_have(const Config& config, const Conf& conf) noexcept {
  const bool codes = conf.has_codes(), int8 = conf.has_int8(), graph = conf.has_graph();
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
  return it.reranked_per_k >= 0 && it.reranked_per_k <= kMost && it.evaluations_per_ef >= 0 &&
         it.evaluations_per_ef <= kMost;
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
      wanted_ = {reader_.find(kSectionConf)->offset, conf_bytes().data(), kConfBytes};
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
  if (crc32(0, conf_bytes()) != reader_.find(kSectionConf)->crc) return Status::kFormatChecksum;
  if (conf_.metric >= kMetricCount || conf_.index > static_cast<std::uint32_t>(IndexType::kAuto) ||
      conf_.contents > 7 || conf_.zero != 0 || conf_.released > 1)
    return Status::kFormatVersion;
  config_.shape = {static_cast<Metric>(conf_.metric), conf_.dim};
  if (conf_.contents != 0) {
    config_.index = static_cast<IndexType>(conf_.index);
    config_.quantization = static_cast<Quantization>(conf_.quantization);
    config_.bits = conf_.bits;
    config_.keep = conf_.released == 0;
    config_.hnsw = {conf_.M, conf_.ef_construction, conf_.seed};
  } else if (conf_.index != 0 || !is_zero(conf_bytes().last(48))) {
    return Status::kFormatVersion;
  } else if (!config_.has_codes()) {
    config_.quantization = Quantization::kNone;
  }
  if (!config_.is_built()) return Status::kFormatVersion;
  const bool no_graph =
      conf_.entry == Hnsw::kNone && conf_.linked_rows == 0 && conf_.graph_rows == 0;
  const bool sound = config_.validate() == Status::kOk && conf_.rows <= kMaxRows &&
                     conf_.graph_rows <= conf_.rows && can_have(config_, conf_) &&
                     (conf_.has_graph() || conf_.contents == 0 || no_graph) &&
                     is_plausible(conf_.calibration);
  return sound ? Status::kOk : Status::kFormatChecksum;
}

Status SnapshotLoader::start() noexcept {
  if (const Status status = read_conf(); status != Status::kOk) return status;
  auto created = Collection::create(config_, max_bytes_);
  if (!created.ok()) return created.status();
  // Before memory is taken: a forged count must not be able to ask for more than the file holds.
  const bool released = conf_.has_codes() && config_.single_copy();
  const std::uint64_t rows = conf_.rows;
  const std::uint64_t vectors = released ? 0 : rows * config_.shape.row_bytes();
  collection_ = std::move(*created);
  const auto length = [&](std::uint32_t kind) noexcept {
    const Section* section = reader_.find(kind);
    return section == nullptr ? 0 : section->length;
  };
  if (length(kSectionVecs) != vectors ||
      (released && length(kSectionSq8c) + length(kSectionRabq) < rows * 16) ||
      (conf_.has_graph() && length(kSectionNode) != rows * collection_->graph().node_bytes()))
    return Status::kFormatChecksum;
  if (const Status status = collection_->make_room(conf_, length(kSectionUppr));
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
  const Status status = collection_->adopt(conf_);
  return status == Status::kOutOfMemory || status == Status::kOk ? status : Status::kFormatChecksum;
}

// Takes memory for all sections, so that sections() names it.
Status Collection::make_room(const Conf& conf, std::uint64_t upper_bytes) noexcept {
  const bool released = conf.has_codes() && config_.single_copy();
  Status status = released ? store_.restore_released(conf.rows) : store_.stage(conf.rows);
  if (status == Status::kOk && conf.has_codes())
    status = codes_.make_room(conf.rows, conf.has_int8());
  if (status == Status::kOk && conf.has_graph()) status = graph_.make_room(conf.rows, upper_bytes);
  loading_rows_ = conf.rows;
  return status;
}

// The sections are filled: checks them, and is what was saved.
Status Collection::adopt(const Conf& conf) noexcept {
  loading_rows_ = 0;
  if (store_.released_rows() == 0) {
    if (const Status status = targets_.resize(conf.rows); status != Status::kOk) return status;
    std::ranges::fill(targets_.span(), VectorStore::kAppend);
    if (const Status status = store_.check(targets_.span()); status != Status::kOk) return status;
    store_.commit(targets_.span(), [](std::uint32_t, std::uint32_t) noexcept {});
    targets_.free();
  }
  if (const Status status = store_.validate_norms(); status != Status::kOk) return status;
  if (codes_.active())
    if (const Status status = codes_.validate(conf.rows); status != Status::kOk) return status;
  if (conf.contents == 0) {
    if (const Status status = reserve_derived(conf.rows); status != Status::kOk) return status;
    derive();
    return Status::kOk;
  }
  calibration_ = conf.calibration;
  if (graph_.rows() == 0) return Status::kOk;
  Array<std::uint32_t> marks(buffers_);
  if (const Status status = graph_.adopt(conf.entry, conf.linked_rows, marks);
      status != Status::kOk)
    return status;
  graph_rows_ = conf.graph_rows;
  if (graph_.linked_rows() != graph_rows_) return Status::kFormatChecksum;
  for (std::uint32_t row = 0; row < conf.rows; ++row)
    if (graph_.is_linked(row) != (row < graph_rows_)) return Status::kFormatChecksum;
  return scratch_.prepare(conf.rows, config_.hnsw.ef_construction, codes_.navigator());
}

}  // namespace rv
