#include "bindings/c/strings.h"

#include <cstring>

#include "base/crc32.h"

namespace rv::c {

Status Strings::reserve(std::size_t bytes) noexcept {
  if (bytes > UINT32_MAX - text_.size()) return Status::kLimitExceeded;
  if (const Status status = heads_.reserve(rows() + std::size_t{2}); status != Status::kOk)
    return status;
  return text_.reserve(text_.size() + bytes);
}

void Strings::push(Text text) noexcept {
  if (heads_.size() == 0) heads_.push(0);
  // Within what was reserved, so that neither fails.
  const std::size_t end = text_.size();
  static_cast<void>(text_.resize(end + text.size()));
  if (!text.empty()) std::memcpy(text_.data() + end, text.data(), text.size());
  heads_.push(static_cast<std::uint32_t>(text_.size()));
  heads_[0] = rows();
}

void Strings::shrink(std::uint32_t rows, std::uint32_t text_bytes) noexcept {
  if (rows == 0) {
    heads_.free();
    return text_.free();
  }
  heads_.shrink(rows + std::size_t{1});
  text_.shrink(text_bytes);
  heads_[0] = rows;
}

std::uint32_t Strings::crc() const noexcept {
  return crc32(crc32(0, std::as_bytes(heads_.span())), text_.span());
}

Status Strings::make_room(std::uint32_t rows, std::size_t text_bytes) noexcept {
  if (const Status status = heads_.resize(rows + std::size_t{1}); status != Status::kOk)
    return status;
  return text_.resize(text_bytes);
}

bool Strings::is_table() const noexcept {
  if (heads_[0] != rows()) return false;
  for (std::uint32_t row = 0; row < rows(); ++row)
    if (heads_[row + 1] < start(row)) return false;
  return start(rows()) == text_.size();
}

bool is_utf8(Text text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<std::uint32_t>(text[i++]);
    if (first < 0x80) continue;
    const std::uint32_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || text.size() - i < more) return false;
    std::uint32_t code = first & (0x3Fu >> more);
    for (std::uint32_t k = 0; k < more; ++k) {
      const auto next = static_cast<std::uint32_t>(text[i++]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
  }
  return true;
}

}  // namespace rv::c
