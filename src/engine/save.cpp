// Collection -> sections, and which memory each section is. Their layout is in snapshot/format.h.
#include <algorithm>
#include <cassert>

#include "base/bytes.h"
#include "engine/collection.h"
#include "snapshot/writer.h"

namespace rv {

std::uint32_t Collection::sections(std::span<EngineSection, kEngineSections> out) noexcept {
  std::uint32_t count = 0;
  const auto rows_of = [&](std::uint32_t kind, RowBlocks& blocks, std::uint32_t rows) {
    out[count++] = {kind, &blocks, rows, {}};
  };
  const auto bytes_of = [&](std::uint32_t kind, auto span) {
    out[count++] = {kind, nullptr, 0, std::as_writable_bytes(span)};
  };
  const std::uint32_t rows = loading_rows_ > 0 ? loading_rows_ : store_.rows();
  rows_of(kSectionVecs, store_.vectors(), rows - store_.released_rows());
  if (store_.released_rows() > 0 && config_.shape.metric == Metric::kCosine)
    bytes_of(kSectionNorm, store_.inverse_norms().first(rows));
  if (codes_.active()) bytes_of(kSectionCntr, codes_.center_bytes());
  if (codes_.active() && codes_.has_bits())
    rows_of(kSectionBits, codes_.bits().blocks(), BitScan::blocks_for(rows));
  if (codes_.active() && codes_.has_int8()) rows_of(kSectionSq8c, codes_.int8().blocks(), rows);
  if (codes_.active() && codes_.has_rabitq()) rows_of(kSectionRabq, codes_.rabitq().blocks(), rows);
  if (graph_.rows() > 0) {
    rows_of(kSectionNode, graph_.nodes(), rows);
    bytes_of(kSectionUppr, graph_.upper().span());
  }
  return count;
}

void Collection::write_conf() noexcept {
  static_assert(sizeof conf_ == kConfBytes);
  std::ranges::fill(conf_, std::byte{0});
  store_le(conf_, config_.shape.dim);
  store_le(conf_ + 4, static_cast<std::uint32_t>(config_.shape.metric));
  store_le(conf_ + 12, store_.rows());
  // Vectors alone: whoever loads them says how they are indexed.
  if (!codes_.active() && graph_.rows() == 0) return;
  store_le(conf_ + 8, static_cast<std::uint32_t>(config_.index));
  conf_[16] = static_cast<std::byte>(config_.quantization);
  conf_[17] = static_cast<std::byte>(config_.bits);
  conf_[18] = static_cast<std::byte>(config_.keep ? 0 : 1);
  conf_[19] = static_cast<std::byte>((codes_.active() ? 1 : 0) | (codes_.has_int8() ? 2 : 0) |
                                     (graph_.rows() > 0 ? 4 : 0));
  store_le(conf_ + 20, config_.hnsw.M);
  store_le(conf_ + 24, config_.hnsw.ef_construction);
  store_le(conf_ + 28, config_.hnsw.seed);
  store_le(conf_ + 32, graph_.entry());
  store_le(conf_ + 36, graph_.linked_rows());
  store_le(conf_ + 40, graph_rows_);
  store_le(conf_ + 44, calibration_);
}

Status Collection::save(SectionWriter& writer) noexcept {
  assert(!store_.has_deleted());
  unstage();
  write_conf();
  Status status = writer.begin_section(kSectionConf, kRequiredFlag);
  if (status == Status::kOk) status = writer.add_part(conf_);
  EngineSection sections[kEngineSections];
  const std::uint32_t count = this->sections(sections);
  for (std::uint32_t i = 0; i < count && status == Status::kOk; ++i) {
    status = writer.begin_section(sections[i].kind, kRequiredFlag);
    std::uint32_t row = 0;
    for (auto part = sections[i].next(row); !part.empty() && status == Status::kOk;
         part = sections[i].next(row))
      status = writer.add_part(part);
  }
  return status;
}

}  // namespace rv
