// The native graph that ours is compared with: hnswlib as Debian ships it, with the widest SIMD of
// the machine. Commands are those of side.h.
#include <hnswlib/hnswlib.h>
#include <sys/stat.h>

#include <memory>

#include "side.h"

namespace {

class Hnswlib {
 public:
  explicit Hnswlib(const bench::Data& data) : data_(data) {
    if (data.metric == "euclidean")
      space_ = std::make_unique<hnswlib::L2Space>(data.dim);
    else
      space_ = std::make_unique<hnswlib::InnerProductSpace>(data.dim);
    graph_ = std::make_unique<Graph>(space_.get(), data.n, bench::kM, bench::kEfConstruction);
    file_ = "/tmp/hnsw_reference." + std::to_string(getpid());
  }
  ~Hnswlib() { std::remove(file_.c_str()); }

  void build(std::size_t first, std::size_t count) {
    for (std::size_t row = first; row < first + count; ++row) graph_->addPoint(data_.row(row), row);
  }

  void set_ef(std::size_t ef) { graph_->setEf(ef); }

  void search(const float* query, std::size_t k, std::int64_t* rows) {
    auto nearest = graph_->searchKnn(query, k);
    for (std::size_t i = nearest.size(); i-- > 0; nearest.pop())
      rows[i] = static_cast<std::int64_t>(nearest.top().second);
  }

  std::size_t save() {
    graph_->saveIndex(file_);
    struct stat status = {};
    if (stat(file_.c_str(), &status) != 0) std::perror(file_.c_str()), std::exit(1);
    return static_cast<std::size_t>(status.st_size);
  }

  void load() { const Graph loaded(space_.get(), file_); }

 private:
  using Graph = hnswlib::HierarchicalNSW<float>;
  const bench::Data& data_;
  std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
  std::unique_ptr<Graph> graph_;
  std::string file_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: hnsw_reference FILE N DIM METRIC\n", stderr), 2;
  const bench::Data data = bench::read_data(argv);
  const std::size_t before = bench::resident_bytes();
  Hnswlib side(data);
  return bench::serve(side, data, before);
}
