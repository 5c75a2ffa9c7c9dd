// How well a graph hangs together as a whole: the second least eigenvalue of its Laplacian (Fiedler
// 1973), 0 exactly where it is not connected.
//
// Lanczos with full reorthogonalisation (Golub, Van Loan, section 10.3), without the known
// eigenvector of 0, from a fixed start.
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
  // there as one whose row is 0. Takes steps until the error is 1e-7 of the value or less, and at
  // most as many as make a basis of `most_numbers`, 128 MB, but for the first 64. Pre: two nodes or
  // more. kOutOfMemory: there is no result.
  Status solve(const WeightedGraph& graph, bool is_normalized,
               std::size_t most_numbers = std::size_t{1} << 24) noexcept;

  double value() const noexcept { return value_; }

  // An eigenvalue is no further from value() than this, but for rounding.
  double error() const noexcept { return error_; }

  // Counted work: arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  Status begin(const WeightedGraph& graph, bool is_normalized, std::size_t most_numbers) noexcept;
  void apply(const WeightedGraph& graph, const double* x, double* out) noexcept;
  double orthogonalise(double* vector) noexcept;
  void find_least(std::uint32_t count) noexcept;
  double last_pivot(std::uint32_t count, double shift) noexcept;

  Array<double> numbers_;
  // In there, of room_ numbers each: the matrix in the basis.
  double* diagonal_ = nullptr;
  double* beside_ = nullptr;  // the last one leads out of the basis
  // And of a number for each node.
  double* factors_ = nullptr;  // what its row and column are multiplied by
  double* basis_ = nullptr;    // room_ vectors and the next one, after the eigenvector of 0
  std::uint32_t room_ = 0;
  std::size_t nodes_ = 0;
  double slope_ = 0;  // of the last pivot
  double value_ = 0;
  double error_ = 0;
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
