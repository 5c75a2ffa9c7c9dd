// The native side of `npm run bench`: a hand-written exact scan, one row at a time with four
// accumulators in the widest registers the machine has. scripts/bench.mjs drives it through a pipe,
// so that both sides run in turns on the same data. Not part of the product.
//
//   flat_reference FILE N DIM      FILE: N * DIM f32 rows, then the queries, DIM f32 each
//   stdin:  bandwidth              -> GB/s of a plain read of the rows
//           dot|l2 FIRST COUNT     -> seconds for COUNT queries from FIRST on, and the best row of
//           the last
#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kTop = 10;

// Hardware prefetchers stop at page ends; asking 16 KB ahead is worth a sixth of the bandwidth
// here, and WebAssembly has no such instruction. The reference gets it, so as not to flatter us.
constexpr std::size_t kPrefetchFloats = 4096;

#if defined(__AVX512F__)
constexpr const char* kName = "AVX-512";
constexpr std::size_t kWidth = 16;
using Lanes = __m512;
Lanes load(const float* at) { return _mm512_loadu_ps(at); }
Lanes zero() { return _mm512_setzero_ps(); }
Lanes add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
Lanes sub(Lanes a, Lanes b) { return _mm512_sub_ps(a, b); }
Lanes multiply_add(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
float sum(Lanes a) { return _mm512_reduce_add_ps(a); }
#elif defined(__AVX2__) && defined(__FMA__)
constexpr const char* kName = "AVX2";
constexpr std::size_t kWidth = 8;
using Lanes = __m256;
Lanes load(const float* at) { return _mm256_loadu_ps(at); }
Lanes zero() { return _mm256_setzero_ps(); }
Lanes add(Lanes a, Lanes b) { return _mm256_add_ps(a, b); }
Lanes sub(Lanes a, Lanes b) { return _mm256_sub_ps(a, b); }
Lanes multiply_add(Lanes a, Lanes b, Lanes c) { return _mm256_fmadd_ps(a, b, c); }
float sum(Lanes a) {
  const __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
}
#else
#error "the reference wants AVX2 with FMA, or AVX-512"
#endif

enum class Kind { kDot, kL2, kRead };

// kRead sums the row alone: the bandwidth that any scan is bounded by.
template <Kind kind>
float row_result(const float* query, const float* row, std::size_t dim) {
  Lanes acc[4] = {zero(), zero(), zero(), zero()};
  std::size_t i = 0;
  for (; i + 4 * kWidth <= dim; i += 4 * kWidth)
    for (std::size_t j = 0; j < 4; ++j) {
      const float* at = row + i + j * kWidth;
      _mm_prefetch(reinterpret_cast<const char*>(at + kPrefetchFloats), _MM_HINT_T0);
      const Lanes x = load(at);
      if constexpr (kind == Kind::kRead) {
        acc[j] = add(acc[j], x);
      } else if constexpr (kind == Kind::kDot) {
        acc[j] = multiply_add(load(query + i + j * kWidth), x, acc[j]);
      } else {
        const Lanes diff = sub(load(query + i + j * kWidth), x);
        acc[j] = multiply_add(diff, diff, acc[j]);
      }
    }
  float total = sum(add(add(acc[0], acc[1]), add(acc[2], acc[3])));
  for (; i < dim; ++i) {
    if constexpr (kind == Kind::kRead) total += row[i];
    if constexpr (kind == Kind::kDot) total += query[i] * row[i];
    if constexpr (kind == Kind::kL2) total += (query[i] - row[i]) * (query[i] - row[i]);
  }
  return total;
}

template <Kind kind>
std::size_t best_row(const float* query, const std::vector<float>& rows, std::size_t n,
                     std::size_t dim) {
  std::vector<std::pair<float, std::size_t>> heap;
  for (std::size_t r = 0; r < n; ++r) {
    float distance = row_result<kind>(query, rows.data() + r * dim, dim);
    if (kind == Kind::kDot) distance = -distance;
    if (heap.size() == kTop && !(distance < heap.front().first)) continue;
    if (heap.size() == kTop) {
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    heap.emplace_back(distance, r);
    std::push_heap(heap.begin(), heap.end());
  }
  return std::min_element(heap.begin(), heap.end())->second;
}

double seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

// Of the second of two passes: rows that fit the cache are in it, as they are for repeated queries.
double bandwidth(const std::vector<float>& rows, std::size_t n, std::size_t dim) {
  volatile float sink = 0;
  double start = 0;
  for (int pass = 0; pass < 2; ++pass) {
    start = seconds();
    float total = 0;
    for (std::size_t r = 0; r < n; ++r)
      total += row_result<Kind::kRead>(nullptr, rows.data() + r * dim, dim);
    sink = total;
  }
  (void)sink;
  return static_cast<double>(n * dim * 4) / (seconds() - start) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: flat_reference FILE N DIM\n", stderr), 2;
  const std::size_t n = std::strtoul(argv[2], nullptr, 10);
  const std::size_t dim = std::strtoul(argv[3], nullptr, 10);
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) return std::perror(argv[1]), 1;
  std::vector<float> rows(n * dim), queries;
  if (std::fread(rows.data(), 4, rows.size(), file) != rows.size())
    return std::fputs("the file is too short\n", stderr), 1;
  for (std::vector<float> query(dim); std::fread(query.data(), 4, dim, file) == dim;)
    queries.insert(queries.end(), query.begin(), query.end());
  std::fclose(file);
  std::printf("%s\n", kName);
  std::fflush(stdout);

  char line[64], name[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::size_t first = 0, count = 0;
    if (std::sscanf(line, "%15s %zu %zu", name, &first, &count) == 3) {
      std::size_t best = 0;
      const double start = seconds();
      for (std::size_t q = first; q < first + count; ++q)
        best = std::strcmp(name, "dot") == 0
                   ? best_row<Kind::kDot>(queries.data() + q * dim, rows, n, dim)
                   : best_row<Kind::kL2>(queries.data() + q * dim, rows, n, dim);
      std::printf("%.9f %zu\n", seconds() - start, best);
    } else {
      std::printf("%.3f\n", bandwidth(rows, n, dim));
    }
    std::fflush(stdout);
  }
  return 0;
}
