// Status codes: the only way the core reports failure. No exceptions, no logging.
#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

namespace rv {

// Values cross into JavaScript (js/core/status.ts mirrors this table; a test compares both):
// append, never renumber.
enum class [[nodiscard]] Status : std::uint8_t{
    kOk = 0,
    kInvalidArgument = 1,  // a parameter is outside its documented range
    kInvalidVector = 2,    // NaN, infinite, too large for f32 arithmetic, or zero under cosine
    kOutOfMemory = 3,      // allocation failed or the memory budget is used up; nothing changed
    kLimitExceeded = 4,    // a documented maximum would be passed; nothing changed
    kNotFound = 5,         // the row does not exist or is deleted
    kNotSnapshot = 6,      // the bytes do not start with the snapshot magic
    kFormatVersion = 7,   // a newer major version, or a required section of unknown kind or version
    kFormatChecksum = 8,  // truncated, malformed, or a checksum differs
};

// A value or the Status that explains its absence (std::expected arrives with C++23).
template <typename T>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) noexcept : value_(std::move(value)) {}
  constexpr Result(Status error) noexcept : status_(error) { assert(error != Status::kOk); }

  constexpr bool ok() const noexcept { return status_ == Status::kOk; }
  constexpr Status status() const noexcept { return status_; }

  // Pre: ok().
  constexpr T& operator*() noexcept { return value_; }
  constexpr const T& operator*() const noexcept { return value_; }

 private:
  T value_{};
  Status status_ = Status::kOk;
};

}  // namespace rv
