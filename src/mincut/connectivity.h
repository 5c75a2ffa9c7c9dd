// How well a graph hangs together as a whole: the second least eigenvalue of its Laplacian (Fiedler
// 1973), 0 exactly where it is not connected.
//
// Lanczos with full reorthogonalisation (Golub, Van Loan, section 10.3), without the known
// eigenvector of 0, from a fixed start; begun anew from the best vector where the basis would
// outgrow its room.
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
  // there as one whose row is 0. Vectors are kept up to `most_numbers` numbers of theirs, 64 MB,
  // but for the first 32. Pre: two nodes or more. kOutOfMemory: there is no result.
  Status solve(const WeightedGraph& graph, bool is_normalized,
               std::size_t most_numbers = std::size_t{1} << 23) noexcept;

  double value() const noexcept { return value_; }

  // An eigenvalue is no further from value() than this.
  double error() const noexcept { return error_; }

  // Counted work: arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  Status begin(const WeightedGraph& graph, bool is_normalized, std::size_t most_numbers) noexcept;
  bool cycle(const WeightedGraph& graph) noexcept;
  void apply(const WeightedGraph& graph, const double* x) noexcept;
  double orthogonalise(std::uint32_t count) noexcept;
  void find_least(std::uint32_t count) noexcept;
  bool factor(std::uint32_t count, double shift) noexcept;

  Array<double> numbers_;      // all of these
  double* factors_ = nullptr;  // what a node's row and column are multiplied by
  double* next_ = nullptr;     // the vector that is worked on
  double* kernel_ = nullptr;   // the eigenvector of 0, which the basis follows
  double* diagonal_ = nullptr;
  double* beside_ = nullptr;  // the diagonal of the matrix in the basis; the last leads out of it
  double* pivots_ = nullptr;  // of its factors
  double* least_ = nullptr;   // its eigenvector
  double* basis_ = nullptr;   // room_ vectors
  std::size_t nodes_ = 0;
  std::uint32_t room_ = 0;
  double scale_ = 0;
  double value_ = 0;
  double error_ = 0;
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
