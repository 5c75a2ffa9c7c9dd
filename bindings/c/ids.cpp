#include "bindings/c/ids.h"

#include <algorithm>

#include "base/crc32.h"

namespace rv::c {
namespace {

constexpr std::size_t kFirstSlots = 16;

std::size_t most_used(std::size_t slots) noexcept { return slots / 4 * 3; }

}  // namespace

Status Ids::check(Text id) noexcept {
  if (id.empty()) return Status::kInvalidArgument;
  if (id.size() > kMaxBytes) return Status::kLimitExceeded;
  return is_utf8(id) ? Status::kOk : Status::kInvalidArgument;
}

std::size_t Ids::first_slot(Text id) const noexcept { return crc32(0, id) & (slots_.size() - 1); }

std::uint32_t Ids::find(Text id) const noexcept {
  if (slots_.size() == 0) return kNone;
  for (std::size_t at = first_slot(id);; at = (at + 1) & (slots_.size() - 1)) {
    const std::uint32_t row = slots_[at];
    if (row == kEmpty) return kNone;
    if (row != kGone && std::ranges::equal(strings_.at(row), id)) return row;
  }
}

Status Ids::reserve(std::size_t bytes) noexcept {
  if (const Status status = strings_.reserve(bytes); status != Status::kOk) return status;
  if (used_ < most_used(slots_.size())) return Status::kOk;
  const auto rows = static_cast<std::size_t>(std::ranges::count_if(
      slots_.span(), [](std::uint32_t row) { return row != kEmpty && row != kGone; }));
  std::size_t slots = kFirstSlots;
  while (most_used(slots) <= rows) slots *= 2;
  return grow(slots);
}

// Into a table of its own, from which what is gone is left out.
Status Ids::grow(std::size_t slots) noexcept {
  Array<std::uint32_t> old(*budget_);
  if (const Status status = old.resize(slots); status != Status::kOk) return status;
  std::ranges::fill(old.span(), kEmpty);
  old.swap(slots_);
  used_ = 0;
  for (const std::uint32_t row : old.span())
    if (row != kEmpty && row != kGone) put(row);
  return Status::kOk;
}

void Ids::put(std::uint32_t row) noexcept {
  std::size_t at = first_slot(strings_.at(row));
  while (slots_[at] != kEmpty) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = row;
  ++used_;
}

void Ids::push(Text id) noexcept {
  strings_.push(id);
  put(strings_.rows() - 1);
}

void Ids::remove(std::uint32_t row) noexcept {
  std::size_t at = first_slot(strings_.at(row));
  while (slots_[at] != row) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = kGone;
}

void Ids::reset() noexcept {
  used_ = 0;
  if (strings_.rows() == 0) return slots_.free();
  std::ranges::fill(slots_.span(), kEmpty);
  for (std::uint32_t row = 0; row < strings_.rows(); ++row) put(row);
}

Status Ids::adopt() noexcept {
  std::size_t slots = kFirstSlots;
  while (most_used(slots) < strings_.rows()) slots *= 2;
  if (const Status status = grow(slots); status != Status::kOk) return status;
  for (std::uint32_t row = 0; row < strings_.rows(); ++row) {
    const Text id = strings_.at(row);
    if (check(id) != Status::kOk || find(id) != kNone) return Status::kFormatChecksum;
    put(row);
  }
  return Status::kOk;
}

}  // namespace rv::c
