// The documented maxima that the core enforces. js/core/limits.ts holds the ones the host enforces.
#pragma once

#include <cstdint>

namespace rv {

constexpr std::uint32_t kMaxDimensions = 8192;    // components of an f32 vector
constexpr std::uint32_t kMaxHammingBits = 65536;  // bits of a hamming vector, a multiple of 8
constexpr std::uint32_t kMaxTopK = 10000;         // neighbours per query
constexpr std::uint32_t kMaxM = 64;               // links of a graph's node
constexpr std::uint32_t kMaxEf = 20000;           // width of a search, 2 * kMaxTopK
constexpr std::uint32_t kMaxRows = 0x7FFFFFFF;    // rows, live and deleted, of one collection

// Bounds on |x|_2 that keep every f32 sum of the kernels finite and, for cosine, normal:
// (2 * 1e18)^2 < 3.4e38, and the product of two norms >= 1e-30 is far from underflow.
constexpr double kMaxNorm = 1e18;
constexpr double kMinCosineNorm = 1e-15;

}  // namespace rv
