// What a collection is made as.
#pragma once

#include <cstdint>

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
  bool single_copy() const noexcept { return quantization != Quantization::kNone && !keep; }

  // kInvalidArgument: a field outside its range, or codes for a metric that has none;
  // kLimitExceeded: see Shape::validate().
  Status validate() const noexcept {
    if (const Status status = shape.validate(); status != Status::kOk) return status;
    const bool known = index <= IndexType::kAuto && quantization <= Quantization::kRabitq;
    const bool graph = hnsw.M >= 2 && hnsw.M <= kMaxM && hnsw.ef_construction >= 1 &&
                       hnsw.ef_construction <= kMaxEf;
    const bool coded = quantization == Quantization::kNone || has_codes();
    return known && graph && coded && bits >= 1 && bits <= 8 ? Status::kOk
                                                             : Status::kInvalidArgument;
  }
};

}  // namespace rv
