#include "mincut/connectivity.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

constexpr double kNothing = 1e-14;   // beside the largest eigenvalue, which is 2 at most
constexpr double kPrecision = 1e-7;  // relative

// Of numbers(): what a row and column are multiplied by, the eigenvector of 0, where the search is,
// where it goes, and of both the product with the matrix.
enum Numbers : std::uint32_t { kFactors, kKernel, kPlace, kWay, kProduct, kWayProduct, kLists };

}  // namespace

Status AlgebraicConnectivity::solve(const WeightedGraph& graph, bool is_normalized,
                                    std::uint64_t most_arcs) noexcept {
  value_ = error_ = 0;
  scanned_ = 0;
  if (graph.edges() == 0) return Status::kOk;
  if (begin(graph, is_normalized) != Status::kOk) return Status::kOutOfMemory;
  const double scale = is_normalized ? 1 : 1 / (numbers(kFactors)[0] * numbers(kFactors)[0]);
  double *const place = numbers(kPlace), *const way = numbers(kWay);
  double *const product = numbers(kProduct), *const way_product = numbers(kWayProduct);
  double curve = 0;  // the quotient of the way
  for (;;) {
    apply(graph, place, product);
    value_ = dot(place, product);
    add(product, -value_, place);  // the gradient
    error_ = std::sqrt(dot(product, product));
    if (error_ <= std::max(kNothing, kPrecision * value_) || scanned_ >= most_arcs) break;
    // Down, conjugate to the way before.
    const double again = curve > value_ ? -dot(product, way_product) / (curve - value_) : 0;
    for (std::size_t i = 0; i < nodes_; ++i) way[i] = product[i] + again * way[i];
    add(way, -dot(way, place), place);
    normalise(way);
    apply(graph, way, way_product);
    curve = dot(way, way_product);
    const double slope = dot(place, way_product), half = (curve - value_) / 2;
    add(place, -slope / (half + std::sqrt(half * half + slope * slope)), way);
    normalise(place);
  }
  value_ = std::max(value_, 0.0) * scale;
  error_ *= scale;
  return Status::kOk;
}

// The place to begin, the kernel, and nothing of a way.
Status AlgebraicConnectivity::begin(const WeightedGraph& graph, bool is_normalized) noexcept {
  nodes_ = graph.nodes();
  if (numbers_.resize(kLists * nodes_) != Status::kOk) return Status::kOutOfMemory;
  double heaviest = 0, sum = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    heaviest = std::max(heaviest, graph.degree(node));
    sum += graph.degree(node);
  }
  if (!is_normalized) sum = heaviest * static_cast<double>(nodes_);
  std::uint64_t state = 0;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    const double of = is_normalized ? graph.degree(node) : heaviest;
    numbers(kFactors)[node] = of > 0 ? 1 / std::sqrt(of) : 0;
    numbers(kKernel)[node] = std::sqrt(of / sum);
    // Squares of Weyl's sequence: no symmetry of a graph is one of the start.
    state += 0x9E3779B97F4A7C15u;
    numbers(kPlace)[node] = static_cast<double>((state * state) >> 11) * 0x1p-53 - 0.5;
    numbers(kWay)[node] = numbers(kWayProduct)[node] = 0;
  }
  normalise(numbers(kPlace));
  return Status::kOk;
}

// The Laplacian times x.
void AlgebraicConnectivity::apply(const WeightedGraph& graph, const double* x,
                                  double* out) noexcept {
  const double* const factors = numbers(kFactors);
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    const double factor = factors[node];
    double sum = graph.degree(node) * factor * x[node];
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      ++scanned_;
      const std::uint32_t to = graph.arc(arc).to;
      sum -= graph.arc_weight(arc) * factors[to] * x[to];
    }
    out[node] = sum * factor;
  }
}

double AlgebraicConnectivity::dot(const double* a, const double* b) const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < nodes_; ++i) sum += a[i] * b[i];
  return sum;
}

void AlgebraicConnectivity::add(double* to, double factor, const double* other) const noexcept {
  for (std::size_t i = 0; i < nodes_; ++i) to[i] += factor * other[i];
}

// Takes the kernel out of a vector, and makes its length 1.
void AlgebraicConnectivity::normalise(double* vector) const noexcept {
  const double* const kernel = numbers_.data() + kKernel * nodes_;
  add(vector, -dot(vector, kernel), kernel);
  const double length = std::sqrt(dot(vector, vector));
  for (std::size_t i = 0; i < nodes_; ++i) vector[i] /= length;
}

}  // namespace rv
