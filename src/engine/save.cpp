// Collection -> sections, and which memory each section is. Their layout is in snapshot/format.h.
#include <algorithm>
#include <cassert>

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
  Conf& conf = conf_;
  conf = {};
  conf.dim = config_.shape.dim;
  conf.metric = static_cast<std::uint32_t>(config_.shape.metric);
  conf.rows = store_.rows();
  if (!codes_.active() && graph_.rows() == 0) return;
  conf.index = static_cast<std::uint32_t>(config_.index);
  conf.quantization = static_cast<std::uint8_t>(config_.quantization);
  conf.bits = static_cast<std::uint8_t>(config_.bits);
  conf.released = config_.keep ? 0 : 1;
  conf.contents = static_cast<std::uint8_t>((codes_.active() ? Conf::kHasCodes : 0) |
                                            (codes_.has_int8() ? Conf::kHasInt8 : 0) |
                                            (graph_.rows() > 0 ? Conf::kHasGraph : 0));
  conf.M = config_.hnsw.M;
  conf.ef_construction = config_.hnsw.ef_construction;
  conf.seed = config_.hnsw.seed;
  conf.entry = graph_.entry();
  conf.linked_rows = graph_.linked_rows();
  conf.graph_rows = graph_rows_;
  conf.calibration = calibration_;
}

Status Collection::save(SectionWriter& writer) noexcept {
  assert(!store_.has_deleted());
  unstage();
  // Anew, so that the bytes depend on the rows, not on the batches that they came in.
  calibration_ = {};
  calibrate();
  if (codes_.active())
    for (std::uint32_t row = graph_rows_; row < store_.rows(); ++row)
      codes_.encode_navigation({&row, 1});
  write_conf();
  Status status = writer.begin_section(kSectionConf, kRequiredFlag);
  if (status == Status::kOk) status = writer.add_part(std::as_bytes(std::span(&conf_, 1)));
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
