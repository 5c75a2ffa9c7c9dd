// The CONF section as it lies in a snapshot: what a collection is made as, and what it holds
// (snapshot/format.h is the manual of its fields).
#pragma once

#include <cstdint>

#include "engine/plan.h"
#include "snapshot/format.h"

namespace rv {

struct Conf {
  static constexpr std::uint8_t kHasCodes = 1, kHasInt8 = 2, kHasGraph = 4;

  std::uint32_t dim = 0;
  std::uint32_t metric = 0;
  std::uint32_t index = 0;
  std::uint32_t rows = 0;
  // Zeros where there is nothing but vectors: whoever loads them says how they are indexed.
  std::uint8_t quantization = 0;
  std::uint8_t bits = 0;
  std::uint8_t released = 0;  // 1: the vectors are not kept
  std::uint8_t contents = 0;
  std::uint32_t M = 0;
  std::uint32_t ef_construction = 0;
  std::uint32_t seed = 0;
  std::uint32_t entry = 0;
  std::uint32_t linked_rows = 0;
  std::uint32_t graph_rows = 0;
  Calibration calibration = {0, 0, 0, 0};
  std::uint32_t zero = 0;

  bool has_codes() const noexcept { return (contents & kHasCodes) != 0; }
  bool has_int8() const noexcept { return (contents & kHasInt8) != 0; }
  bool has_graph() const noexcept { return (contents & kHasGraph) != 0; }
};
static_assert(sizeof(Conf) == kConfBytes);

}  // namespace rv
