// The exact neighbours that recall is counted against, in f64, independent of all that is compared.
//
//   truth FILE N DIM METRIC K OUT    OUT: for every query 2 K i32: the K nearest rows, then those
//                                    that are as near as the last of them; -1 for none
#include <algorithm>
#include <utility>

#include "side.h"

namespace {

// Eight sums at a time, for the compiler to vectorise.
template <typename Term>
double sum_of(const float* a, const float* b, std::size_t dim, Term term) {
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= dim; i += 8)
    for (std::size_t j = 0; j < 8; ++j) sums[j] += term(a[i + j], b[i + j]);
  for (; i < dim; ++i) sums[i % 8] += term(a[i], b[i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

double distance(const bench::Data& data, const float* a, const float* b) {
  if (data.metric == "euclidean")
    return sum_of(a, b, data.dim, [](double x, double y) { return (x - y) * (x - y); });
  return -sum_of(a, b, data.dim, [](double x, double y) { return x * y; });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return std::fputs("usage: truth FILE N DIM METRIC K OUT\n", stderr), 2;
  const bench::Data data = bench::read_data(argv);
  const std::size_t k = std::strtoul(argv[5], nullptr, 10);
  std::FILE* out = std::fopen(argv[6], "wb");
  if (out == nullptr || k > data.n) return std::perror(argv[6]), 1;
  std::vector<std::pair<double, std::int32_t>> all(data.n);
  for (std::size_t q = 0; q < data.query_count(); ++q) {
    for (std::size_t row = 0; row < data.n; ++row)
      all[row] = {distance(data, data.query(q), data.row(row)), static_cast<std::int32_t>(row)};
    const auto listed = static_cast<std::ptrdiff_t>(std::min(2 * k, data.n));
    std::partial_sort(all.begin(), all.begin() + listed, all.end());
    std::vector<std::int32_t> rows(2 * k, -1);
    for (std::size_t i = 0; i < static_cast<std::size_t>(listed); ++i)
      if (all[i].first <= all[k - 1].first) rows[i] = all[i].second;
    std::fwrite(rows.data(), 4, rows.size(), out);
  }
  return std::fclose(out);
}
