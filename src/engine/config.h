// What a collection is made as.
#pragma once

#include <cstdint>

#include "base/build.h"
#include "base/limits.h"
#include "index/hnsw/hnsw.h"
#include "kernels/metric.h"

namespace rv {

// Values are stored in snapshots and cross into JavaScript: append, never renumber.
enum class IndexType : std::uint8_t {
  kFlat = 0,  // compares with every row
  kHnsw = 1,  // a graph, kept up to date by every write
  kAuto = 2,  // the cheapest plan; a graph only where maintain() is given the time to build it
};
enum class Quantization : std::uint8_t { kNone = 0, kInt8 = 1, kRabitq = 2 };

struct Config {
  Shape shape;
  IndexType index = IndexType::kFlat;
  HnswOptions hnsw = {};
  Quantization quantization = Quantization::kNone;
  std::uint32_t bits = 1;  // of rabitq, a component
  bool keep = true;        // the vectors beside the codes

  // Codes relate to angles and squares; the other metrics have none.
  bool has_codes() const noexcept {
    return shape.metric != Metric::kManhattan && shape.metric != Metric::kHamming;
  }
  bool has_graph() const noexcept { return index != IndexType::kFlat; }
  bool single_copy() const noexcept {
    return kHasSingleCopies && quantization != Quantization::kNone && !keep;
  }

  // Whether this build can make it.
  bool is_built() const noexcept {
    return (kHasRabitq || quantization != Quantization::kRabitq) &&
           (kHasSingleCopies || quantization == Quantization::kNone || keep);
  }

  // The same with the codes that this build has: where it has none of one bit, those of a graph are
  // scanned too.
  Config as_built() const noexcept {
    Config built = *this;
    if (!kHasRabitq && quantization == Quantization::kNone && has_graph() && has_codes())
      built.quantization = Quantization::kInt8;
    return built;
  }

  // kInvalidArgument: a field outside its range, or codes for a metric or of a build that has none;
  // kLimitExceeded: see Shape::validate().
  Status validate() const noexcept {
    if (const Status status = shape.validate(); status != Status::kOk) return status;
    const bool known = index <= IndexType::kAuto && quantization <= Quantization::kRabitq;
    const bool graph = hnsw.M >= 2 && hnsw.M <= kMaxM && hnsw.ef_construction >= 1 &&
                       hnsw.ef_construction <= kMaxEf;
    const bool coded = quantization == Quantization::kNone || has_codes();
    return is_built() && known && graph && coded && bits >= 1 && bits <= 8
               ? Status::kOk
               : Status::kInvalidArgument;
  }
};

}  // namespace rv
