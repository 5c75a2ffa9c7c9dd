#include "mincut/connectivity.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

constexpr std::uint32_t kMaxCycles = 16;
constexpr std::size_t kLeastRoom = 32;
constexpr std::uint32_t kCheckEvery = 8;  // steps
constexpr double kNothing = 1e-14;        // beside the largest eigenvalue, which is 2 at most
constexpr double kPrecision = 1e-7;       // relative

double dot(const double* a, const double* b, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

void add(double* to, double times, const double* what, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) to[i] += times * what[i];
}

}  // namespace

Status AlgebraicConnectivity::solve(const WeightedGraph& graph, bool is_normalized,
                                    std::size_t most_numbers) noexcept {
  value_ = error_ = 0;
  scanned_ = 0;
  if (graph.edges() == 0) return Status::kOk;
  if (begin(graph, is_normalized, most_numbers) != Status::kOk) return Status::kOutOfMemory;
  for (std::uint32_t left = kMaxCycles; left > 0 && !cycle(graph);) --left;
  value_ = std::max(value_, 0.0) * scale_;
  error_ *= scale_;
  return Status::kOk;
}

Status AlgebraicConnectivity::begin(const WeightedGraph& graph, bool is_normalized,
                                    std::size_t most_numbers) noexcept {
  const std::size_t n = nodes_ = graph.nodes();
  room_ = static_cast<std::uint32_t>(std::min(n - 1, std::max(kLeastRoom, most_numbers / n)));
  if (numbers_.resize((n + 4) * room_ + 3 * n) != Status::kOk) return Status::kOutOfMemory;
  double* from = numbers_.data();
  for (double** each : {&diagonal_, &beside_, &pivots_, &least_}) {
    *each = from;
    from += room_;
  }
  for (double** each : {&factors_, &next_, &kernel_, &basis_}) {
    *each = from;
    from += n;
  }

  double heaviest = 0;
  for (std::uint32_t node = 0; node < n; ++node) heaviest = std::max(heaviest, graph.degree(node));
  scale_ = is_normalized ? 1 : heaviest;
  std::uint64_t state = 0;
  for (std::uint32_t node = 0; node < n; ++node) {
    const double of = is_normalized ? graph.degree(node) : heaviest;
    factors_[node] = of > 0 ? 1 / std::sqrt(of) : 0;
    kernel_[node] = std::sqrt(of / heaviest);
    // Weyl's sequence: no symmetry of a graph is one of the start.
    state += 0x9E3779B97F4A7C15u;
    next_[node] = static_cast<double>((state * state) >> 11) * 0x1p-53 - 0.5;
  }
  const double length = std::sqrt(dot(kernel_, kernel_, n));
  for (std::size_t i = 0; i < n; ++i) kernel_[i] /= length;
  return Status::kOk;
}

// From next_ on until the least eigenvalue is found, which it returns, or there is no more room:
// then next_ is the best vector.
bool AlgebraicConnectivity::cycle(const WeightedGraph& graph) noexcept {
  const std::size_t n = nodes_;
  double length = orthogonalise(0);
  for (std::uint32_t step = 0;; ++step) {
    double* const vector = basis_ + step * n;
    for (std::size_t i = 0; i < n; ++i) vector[i] = next_[i] / length;
    apply(graph, vector);
    diagonal_[step] = dot(vector, next_, n);
    length = orthogonalise(step + 1);
    beside_[step] = length;
    const std::uint32_t count = step + 1;
    const bool is_last = count == room_ || length <= kNothing;
    if (!is_last && count % kCheckEvery != 0) continue;
    find_least(count);
    if (error_ <= std::max(kNothing, kPrecision * value_)) return true;
    if (!is_last) continue;
    std::fill_n(next_, n, 0.0);
    for (std::uint32_t i = 0; i < count; ++i) add(next_, least_[i], basis_ + i * n, n);
    return false;
  }
}

// next_ = the Laplacian times x.
void AlgebraicConnectivity::apply(const WeightedGraph& graph, const double* x) noexcept {
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    const double factor = factors_[node];
    double sum = graph.degree(node) * factor * x[node];
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      ++scanned_;
      const std::uint32_t to = graph.arc(arc).to;
      sum -= graph.arc_weight(arc) * factors_[to] * x[to];
    }
    next_[node] = sum * factor;
  }
}

// Takes out of next_ what is along the kernel and the first `count` of the basis; twice is enough.
// Returns its length.
double AlgebraicConnectivity::orthogonalise(std::uint32_t count) noexcept {
  const std::size_t n = nodes_;
  double* const next = next_;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint32_t i = 0; i <= count; ++i) {
      const double* const vector = kernel_ + i * n;
      add(next, -dot(next, vector, n), vector, n);
    }
  }
  return std::sqrt(dot(next, next, n));
}

// The least eigenvalue of the matrix in the basis, by bisection, and its vector, by inverse
// iteration from just below it, where all pivots are positive.
void AlgebraicConnectivity::find_least(std::uint32_t count) noexcept {
  double low = -kNothing, high = diagonal_[0];
  for (int i = 0; i < 80; ++i) {
    const double middle = low + (high - low) / 2;
    (factor(count, middle) ? low : high) = middle;
  }
  (void)factor(count, low);
  value_ = high;
  std::fill_n(least_, count, 1.0);
  for (int i = 0; i < 3; ++i) {
    for (std::uint32_t at = 1; at < count; ++at)
      least_[at] -= beside_[at - 1] / pivots_[at - 1] * least_[at - 1];
    for (std::uint32_t at = count; at-- > 0;) {
      if (at + 1 < count) least_[at] -= beside_[at] * least_[at + 1];
      least_[at] /= pivots_[at];
    }
    const double length = std::sqrt(dot(least_, least_, count));
    for (std::uint32_t at = 0; at < count; ++at) least_[at] /= length;
  }
  error_ = beside_[count - 1] * std::abs(least_[count - 1]);
}

// Whether the matrix less `shift` is positive definite; its pivots if so.
bool AlgebraicConnectivity::factor(std::uint32_t count, double shift) noexcept {
  for (std::uint32_t at = 0; at < count; ++at) {
    pivots_[at] = diagonal_[at] - shift;
    if (at > 0) pivots_[at] -= beside_[at - 1] * beside_[at - 1] / pivots_[at - 1];
    if (!(pivots_[at] > 0)) return false;
  }
  return true;
}

}  // namespace rv
