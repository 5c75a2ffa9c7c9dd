// How well a graph hangs together as a whole: the second least eigenvalue of its Laplacian (Fiedler
// 1973), 0 exactly where it is not connected.
//
// Conjugate gradients on the Rayleigh quotient, without the known eigenvector of 0, from a fixed
// start: the best of the plane of where it is and where the quotient falls (Bradbury, Fletcher
// 1966; Knyazev 2001).
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/graph.h"

namespace rv {

class AlgebraicConnectivity {
 public:
  explicit AlgebraicConnectivity(MemoryBudget& budget) noexcept : numbers_(budget) {}

  // Of D - W, or normalised of I - D^-1/2 W D^-1/2, which is in [0, 2]; a node without edges counts
  // there as one whose row is 0. Takes steps until the error is 1e-7 of the value or less, or
  // `most_arcs`, seconds of work, were looked at. Pre: two nodes or more. kOutOfMemory: there is no
  // result.
  Status solve(const WeightedGraph& graph, bool is_normalized,
               std::uint64_t most_arcs = std::uint64_t{1} << 31) noexcept;

  double value() const noexcept { return value_; }

  // An eigenvalue is no further from value() than this, but for rounding.
  double error() const noexcept { return error_; }

  // Counted work: arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  // A number for each node.
  double* numbers(std::uint32_t which) noexcept { return numbers_.data() + which * nodes_; }
  Status begin(const WeightedGraph& graph, bool is_normalized) noexcept;
  void apply(const WeightedGraph& graph, const double* x, double* out) noexcept;
  double dot(const double* a, const double* b) const noexcept;
  void add(double* to, double factor, const double* other) const noexcept;
  void normalise(double* vector) const noexcept;

  Array<double> numbers_;
  std::size_t nodes_ = 0;
  double value_ = 0;
  double error_ = 0;
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
