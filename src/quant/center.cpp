#include "quant/center.h"

#include <cstring>

#include "base/bytes.h"
#include "base/limits.h"
#include "kernels/distance.h"

namespace rv {
namespace {

float dot_floats(const float* a, const float* b, std::size_t count) noexcept {
  const auto* y = reinterpret_cast<const std::byte*>(b);
  float product;
  rv::dot(std::as_bytes(std::span(a, count)), y, y, product, product);
  return product;
}

float scaled(const std::byte* vector, std::size_t i, float inverse_norm) noexcept {
  return load_le<float>(vector + 4 * i) * inverse_norm;
}

}  // namespace

Status Center::begin() noexcept {
  const Status status = sums_.resize(dim());
  if (status != Status::kOk) return status;
  if (values_.reserve(padded(dim())) != Status::kOk) {
    sums_.free();
    return Status::kOutOfMemory;
  }
  for (double& sum : sums_.span()) sum = 0;
  count_ = 0;
  return Status::kOk;
}

void Center::add(const std::byte* vector, float inverse_norm) noexcept {
  for (std::size_t i = 0; i < dim(); ++i)
    sums_[i] += static_cast<double>(scaled(vector, i, inverse_norm));
  ++count_;
}

void Center::end() noexcept {
  static_cast<void>(values_.resize(padded(dim())));  // begin() made the room
  for (std::size_t i = 0; i < values_.size(); ++i)
    values_[i] = i < dim() && count_ > 0 ? static_cast<float>(sums_[i] / count_) : 0;
  sums_.free();
  minus_norm_squared_ = minus_dot(values_.data());
}

Status Center::load(std::span<const std::byte> values) noexcept {
  if (!values.empty() && (values.size() != 4 * std::size_t{dim()} ||
                          !inverse_norm({Metric::kEuclidean, dim()}, values).ok()))
    return Status::kFormatChecksum;
  if (values.empty()) {
    values_.free();
    sums_.free();
    minus_norm_squared_ = 0;
    return Status::kOk;
  }
  const Status status = begin();
  if (status == Status::kOk) {
    add(values.data(), 1);
    end();
  }
  return status;
}

float Center::minus_dot(const float* v) const noexcept {
  return 0 - dot_floats(values_.data(), v, values_.size());
}

float Center::row_term(std::span<const float> residual) const noexcept {
  if (is_dot()) return minus_dot(residual.data());
  const float squared = dot_floats(residual.data(), residual.data(), padded(dim()));
  return shape_.metric == Metric::kCosine ? 0.5f * squared : squared;
}

float Center::residual(const std::byte* vector, float inverse_norm,
                       std::span<float> out) const noexcept {
  for (std::size_t i = 0; i < padded(dim()); ++i) {
    out[i] = i < dim() ? scaled(vector, i, inverse_norm) : 0;
    if (values_.size() != 0) out[i] -= values_[i];
  }
  return row_term(out);
}

float Center::query(const std::byte* vector, float inverse_norm,
                    std::span<float> out) const noexcept {
  const float term = residual(vector, inverse_norm, out);
  if (!is_dot()) return term;
  std::memcpy(out.data(), vector, 4 * std::size_t{dim()});
  return minus_dot(out.data());
}

void Center::restore(float inverse_norm, std::span<float> residual) const noexcept {
  for (std::size_t i = 0; i < dim(); ++i) {
    if (values_.size() != 0) residual[i] += values_[i];
    residual[i] /= inverse_norm;
  }
}

}  // namespace rv
