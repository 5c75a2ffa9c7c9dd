// This project's own core as a native program: what WebAssembly costs is what it is slower than
// this. Commands are those of side.h, without save and load.
#include "engine/collection.h"
#include "side.h"

namespace {

class Core {
 public:
  explicit Core(const bench::Data& data) : data_(data) {
    rv::Config config;
    config.shape = {data.metric == "euclidean" ? rv::Metric::kEuclidean
                    : data.metric == "dot"     ? rv::Metric::kDot
                                               : rv::Metric::kCosine,
                    static_cast<std::uint32_t>(data.dim)};
    config.index = rv::IndexType::kHnsw;
    config.hnsw = {.M = bench::kM, .ef_construction = bench::kEfConstruction};
    auto created = rv::Collection::create(config, UINT64_MAX);
    require(created.status());
    collection_ = std::move(*created);
  }

  void build(std::size_t first, std::size_t count) {
    require(collection_->stage(static_cast<std::uint32_t>(count)));
    for (std::size_t i = 0; i < count; ++i)
      std::memcpy(collection_->staged_row(static_cast<std::uint32_t>(i)), data_.row(first + i),
                  4 * data_.dim);
    std::ranges::fill(collection_->targets(), rv::VectorStore::kAppend);
    require(collection_->commit());
  }

  void set_ef(std::size_t ef) { ef_ = static_cast<std::uint32_t>(ef); }

  void search(const float* query, std::size_t k, std::int64_t* rows) {
    require(collection_->prepare(1, static_cast<std::uint32_t>(k)));
    std::memcpy(collection_->queries().data(), query, 4 * data_.dim);
    require(collection_->search(false, ef_));
    for (const rv::Neighbor& neighbor : collection_->neighbors(0)) *rows++ = neighbor.row;
  }

  std::size_t save() { return 0; }
  void load() {}

 private:
  static void require(rv::Status status) {
    if (status == rv::Status::kOk) return;
    std::fprintf(stderr, "native_core: status %d\n", static_cast<int>(status));
    std::exit(1);
  }

  const bench::Data& data_;
  std::unique_ptr<rv::Collection> collection_;
  std::uint32_t ef_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: native_core FILE N DIM METRIC\n", stderr), 2;
  const bench::Data data = bench::read_data(argv);
  const std::size_t before = bench::resident_bytes();
  Core side(data);
  return bench::serve(side, data, before);
}
