// One native side of a comparison: builds and searches on command, a line at a time, so that
// tests/bench/side.mjs can let sides take turns on the same data. Not part of the product.
//
//   PROGRAM FILE N DIM METRIC    FILE: N * DIM f32 rows, then the queries, DIM f32 each;
//                                METRIC: cosine (all of unit length), dot or euclidean
//   stdin:  build FIRST COUNT    -> seconds
//           find EF K            -> K rows for every query, nearest first, -1 for none
//           time EF K MS         -> seconds and queries: passes over all queries for MS or longer
//           memory               -> resident bytes since the data was read
//           save                 -> seconds and bytes
//           load                 -> seconds, of what was saved
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

constexpr std::size_t kM = 16, kEfConstruction = 200;

struct Data {
  std::size_t n, dim;
  std::string metric;
  std::vector<float> rows, queries;

  const float* row(std::size_t i) const { return rows.data() + i * dim; }
  const float* query(std::size_t i) const { return queries.data() + i * dim; }
  std::size_t query_count() const { return queries.size() / dim; }
};

inline Data read_data(char** argv) {
  Data data{
      std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10), argv[4], {}, {}};
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) std::perror(argv[1]), std::exit(1);
  data.rows.resize(data.n * data.dim);
  if (std::fread(data.rows.data(), 4, data.rows.size(), file) != data.rows.size())
    std::fputs("the file is too short\n", stderr), std::exit(1);
  for (std::vector<float> query(data.dim); std::fread(query.data(), 4, data.dim, file) == data.dim;)
    data.queries.insert(data.queries.end(), query.begin(), query.end());
  std::fclose(file);
  return data;
}

inline double seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

inline std::size_t resident_bytes() {
  std::size_t size = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &size, &resident) != 2) std::abort();
  std::fclose(file);
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Side: build(first, count), set_ef(ef), search(query, k, int64_t* rows); save() gives the bytes.
template <typename Side>
int serve(Side& side, const Data& data, std::size_t resident_before) {
  char line[128], name[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::size_t a = 0, b = 0, c = 0;
    if (std::sscanf(line, "%15s %zu %zu %zu", name, &a, &b, &c) < 1) continue;
    const std::string_view command = name;
    const double start = seconds();
    if (command == "build") {
      side.build(a, b);
      std::printf("%.9f\n", seconds() - start);
    } else if (command == "find") {
      side.set_ef(a);
      std::vector<std::int64_t> found(b);
      for (std::size_t q = 0; q < data.query_count(); ++q) {
        found.assign(b, -1);
        side.search(data.query(q), b, found.data());
        for (const std::int64_t row : found) std::printf("%lld ", static_cast<long long>(row));
      }
      std::printf("\n");
    } else if (command == "time") {
      side.set_ef(a);
      std::vector<std::int64_t> found(b, -1);
      const double wanted = static_cast<double>(c) / 1000;
      std::size_t count = 0;
      do {
        for (std::size_t q = 0; q < data.query_count(); ++q, ++count) {
          side.search(data.query(q), b, found.data());
          if (seconds() - start > 4 * wanted) break;
        }
      } while (seconds() - start < wanted);
      std::printf("%.9f %zu\n", seconds() - start, count);
    } else if (command == "memory") {
      std::printf("%zu\n", resident_bytes() - resident_before);
    } else if (command == "save") {
      const std::size_t bytes = side.save();
      std::printf("%.9f %zu\n", seconds() - start, bytes);
    } else if (command == "load") {
      side.load();
      std::printf("%.9f\n", seconds() - start);
    } else {
      std::printf("error: unknown command %s\n", name);
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace bench
