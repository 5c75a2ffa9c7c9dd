// Vectors of small integers. Sums are exact, so every build gives the same; no allocation, no
// failure, any alignment. `count` is a multiple of 16: callers pad with zeros.
//
// Queries have 7 bits, -63..63, in every build: relaxed SIMD multiplies no more than that
// deterministically.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rv {

constexpr int kQueryLimit = 63;
constexpr int kRowLimit = 127;

// sums[i] = sum over j < count of query[j] * integer j of rows[i]; what a row is depends on the
// kernel. Call it through a pointer (ARCHITECTURE.md, "Hot loops").
using CodeKernel = void(const std::int8_t* query, std::size_t count, unsigned bits,
                        std::span<const std::byte* const> rows, std::int32_t* sums) noexcept;

// A row is `count` i8 and then, as i32, their sum, which relaxed SIMD takes. Any `bits`.
CodeKernel dot_i8;

// codes[i] = values[i] / scale to the nearest integer, with the scale that makes the largest
// +-limit. Returns the scale; 0, and codes 0, where all values are below 1e-30.
float quantize(std::span<const float> values, int limit, std::int8_t* codes) noexcept;

std::int32_t add_codes(const std::int8_t* codes, std::size_t count) noexcept;

// query[i] = (codes[i] * factor + offset) / 256, rounded down: fits codes of 8 bits to a query.
// Pre: the numerators fit 16 bits, the results -63..63.
void narrow(const std::int8_t* codes, std::size_t count, int factor, int offset,
            std::int8_t* query) noexcept;

// values[i] = codes[i] * factor + offset.
void widen(const std::int8_t* codes, std::size_t count, float factor, float offset,
           float* values) noexcept;

}  // namespace rv
