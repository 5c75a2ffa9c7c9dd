#include "mincut/connectivity.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

constexpr std::size_t kLeastRoom = 64;
constexpr double kNothing = 1e-14;   // beside the largest eigenvalue, which is 2 at most
constexpr double kPrecision = 1e-7;  // relative

double dot(const double* a, const double* b, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

Status AlgebraicConnectivity::solve(const WeightedGraph& graph, bool is_normalized,
                                    std::size_t most_numbers) noexcept {
  value_ = error_ = 0;
  scanned_ = 0;
  if (graph.edges() == 0) return Status::kOk;
  if (begin(graph, is_normalized, most_numbers) != Status::kOk) return Status::kOutOfMemory;
  const double scale = is_normalized ? 1 : 1 / (factors_[0] * factors_[0]);
  double* vector = basis_ + nodes_;
  (void)orthogonalise(vector);
  for (std::uint32_t step = 0; step < room_;) {
    double* const next = vector + nodes_;
    apply(graph, vector, next);
    diagonal_[step] = dot(vector, next, nodes_);
    beside_[step++] = orthogonalise(next);
    find_least(step);
    if (error_ <= std::max(kNothing, kPrecision * value_)) break;
    vector = next;
  }
  value_ = std::max(value_, 0.0) * scale;
  error_ *= scale;
  return Status::kOk;
}

// The first vector of the basis, not yet orthogonal, and all that solve() reads.
Status AlgebraicConnectivity::begin(const WeightedGraph& graph, bool is_normalized,
                                    std::size_t most_numbers) noexcept {
  const std::size_t n = nodes_ = graph.nodes();
  room_ = static_cast<std::uint32_t>(std::min(n - 1, std::max(kLeastRoom, most_numbers / n)));
  if (numbers_.resize((n + 2) * room_ + 3 * n) != Status::kOk) return Status::kOutOfMemory;
  diagonal_ = numbers_.data();
  beside_ = diagonal_ + room_;
  factors_ = beside_ + room_;
  basis_ = factors_ + n;

  double heaviest = 0;
  for (std::uint32_t node = 0; node < n; ++node) heaviest = std::max(heaviest, graph.degree(node));
  std::uint64_t state = 0;
  for (std::uint32_t node = 0; node < n; ++node) {
    const double of = is_normalized ? graph.degree(node) : heaviest;
    factors_[node] = of > 0 ? 1 / std::sqrt(of) : 0;
    basis_[node] = std::sqrt(of / heaviest);
    // Squares of Weyl's sequence: no symmetry of a graph is one of the start.
    state += 0x9E3779B97F4A7C15u;
    basis_[n + node] = static_cast<double>((state * state) >> 11) * 0x1p-53 - 0.5;
  }
  (void)orthogonalise(basis_);
  return Status::kOk;
}

// The Laplacian times x.
void AlgebraicConnectivity::apply(const WeightedGraph& graph, const double* x,
                                  double* out) noexcept {
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    const double factor = factors_[node];
    double sum = graph.degree(node) * factor * x[node];
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      ++scanned_;
      const std::uint32_t to = graph.arc(arc).to;
      sum -= graph.arc_weight(arc) * factors_[to] * x[to];
    }
    out[node] = sum * factor;
  }
}

// Takes out of a vector what is along those before it in the basis, twice, which is enough, and
// makes its length 1. Returns what that was.
double AlgebraicConnectivity::orthogonalise(double* vector) noexcept {
  for (int pass = 0; pass < 2; ++pass)
    for (const double* other = basis_; other < vector; other += nodes_) {
      const double along = dot(vector, other, nodes_);
      for (std::size_t i = 0; i < nodes_; ++i) vector[i] -= along * other[i];
    }
  const double length = std::sqrt(dot(vector, vector, nodes_));
  for (std::size_t i = 0; i < nodes_; ++i) vector[i] /= length;
  return length;
}

// The least eigenvalue of the matrix in the basis, by bisection, and its error: what leads out of
// the basis, times the last number of its vector, of which the slope of the last pivot is the
// inverse square.
void AlgebraicConnectivity::find_least(std::uint32_t count) noexcept {
  double low = -kNothing;
  value_ = diagonal_[0];
  for (int i = 0; i < 64; ++i) {
    const double middle = (low + value_) / 2;
    (last_pivot(count, middle) > 0 ? low : value_) = middle;
  }
  (void)last_pivot(count, low);
  error_ = beside_[count - 1] / std::sqrt(slope_);
}

// Of the matrix less `shift`, or the first that is not positive: there is an eigenvalue below.
double AlgebraicConnectivity::last_pivot(std::uint32_t count, double shift) noexcept {
  double pivot = diagonal_[0] - shift;
  slope_ = 1;
  for (std::uint32_t at = 1; at < count && pivot > 0; ++at) {
    const double ratio = beside_[at - 1] / pivot;
    slope_ = 1 + ratio * ratio * slope_;
    pivot = diagonal_[at] - shift - ratio * beside_[at - 1];
  }
  return pivot;
}

}  // namespace rv
