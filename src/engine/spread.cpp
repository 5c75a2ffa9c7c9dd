// Ranking by activation that spreads over the graph (snn/push.h): rows that many of the nearest are
// linked to come before rows that only lie near, as rows of one cluster do.
//
// A link is as strong as its ends are near, against how far the seeds are from the query; links
// that do not go both ways are none. Diversity pruning leaves a graph of long links too, and these
// would carry activation out of the cluster.
#include <algorithm>

#include "base/exponential.h"
#include "engine/collection.h"

namespace rv {
namespace {

constexpr double kLinkDecay = 8;  // a link as long as the seeds are far weighs e^-8
constexpr double kSeedDecay = 4;  // the farthest seed has e^-4 of the charge of one at distance 0
constexpr double kLeastWeight = 1e-30;
constexpr float kLeastActivation = 1e-30f;

// The graph's links that go both ways.
class MutualLinks final : public PushGraph {
 public:
  MutualLinks(const Hnsw& graph, const Codec& codec, const Push& push, double scale,
              HnswScratch& scratch) noexcept
      : graph_(&graph), codec_(&codec), push_(&push), scale_(scale), scratch_(&scratch) {}

  double degree(std::uint32_t node) const noexcept override { return graph_->degree(node); }

  Status append_arcs(std::uint32_t node, Array<PushArc>& arcs) noexcept override {
    const std::uint32_t degree = graph_->degree(node);
    if (const Status status = arcs.reserve(arcs.size() + degree); status != Status::kOk)
      return status;
    std::uint32_t* const rows = scratch_->rows;
    const std::uint32_t count = graph_->mutual_links(node, rows);
    scratch_->cost.hops += 1 + degree;
    // A link is measured from the end that fires first.
    std::uint32_t unknown = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const double known = push_->weight(rows[i], node);
      if (known > 0)
        arcs.push({rows[i], known});
      else
        rows[unknown++] = rows[i];
    }
    codec_->prepare_row(node, scratch_->pair.data());
    codec_->distances(scratch_->pair.data(), {rows, unknown}, {scratch_->distances, unknown});
    scratch_->cost.distance_evaluations += unknown;
    for (std::uint32_t i = 0; i < unknown; ++i)
      arcs.push({rows[i], weight(double{scratch_->distances[i]})});
    return Status::kOk;
  }

 private:
  double weight(double distance) const noexcept {
    if (scale_ <= 0) return 1;
    const double weight = exponential(-kLinkDecay * std::max(distance, 0.0) / scale_);
    return std::max(weight, kLeastWeight);
  }

  const Hnsw* graph_;
  const Codec* codec_;
  const Push* push_;
  double scale_;
  HnswScratch* scratch_;
};

}  // namespace

Status Collection::spread(const Spreading& how) noexcept {
  FlatQuery& query = searches_[how.query];
  const QueryCost before = cost_;
  push_->clear();
  activations_->reset();
  *spread_cost_ = {};
  if (!has_graph() || query.nearest.size() == 0) return Status::kOk;
  Status status = codes_.prepare(query.vector, query.inverse_norm, prepared_);
  if (status == Status::kOk) status = scratch_.prepare(store_.rows(), 1, codes_.navigator());
  if (status == Status::kOk) status = charge(how);
  if (status == Status::kOk) status = rank_by_activation(query, 1 - how.push.alpha);
  if (status != Status::kOk) query.nearest.clear();
  spread_cost_->distance_evaluations = cost_.distance_evaluations - before.distance_evaluations;
  spread_cost_->hops = cost_.hops - before.hops;
  spread_cost_->bytes_read = cost_.bytes_read - before.bytes_read;
  return status;
}

// Spreads from the nearest rows.
Status Collection::charge(const Spreading& how) noexcept {
  const auto nearest = neighbors(how.query);
  const auto seeds = nearest.first(std::min<std::size_t>(how.seeds, nearest.size()));
  const double farthest = std::max(double{seeds.back().distance}, 0.0);
  if (const Status status = charges_->resize(seeds.size()); status != Status::kOk) return status;
  double sum = 0, mean = 0;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const double distance = std::max(double{seeds[i].distance}, 0.0);
    const double mass = farthest > 0 ? exponential(-kSeedDecay * distance / farthest) : 1;
    (*charges_)[i] = {node_at(seeds[i].row), mass};
    sum += mass;
    mean += distance / static_cast<double>(seeds.size());
  }
  for (Push::Charge& it : charges_->span()) it.mass /= sum;
  scratch_.cost = {};
  MutualLinks links(graph_, codes_.navigator(), *push_, mean, scratch_);
  const Status status = push_->run(links, store_.rows(), charges_->span(), how.push);
  count_walk();
  return status;
}

// Writes the rows with most activation over the nearest, as many as there are of these. What a
// neuron has not fired yet counts as if it fired now, but for what it would send.
Status Collection::rank_by_activation(FlatQuery& query, double kept) noexcept {
  const std::uint32_t found = query.nearest.size();
  const auto at = static_cast<std::size_t>(&query - searches_.data());
  auto* const nearest = reinterpret_cast<Neighbor*>(keys_.data() + at * k_);
  const std::span<const Push::Neuron> neurons = push_->neurons();
  if (candidates_.resize(found) != Status::kOk || activations_->resize(found) != Status::kOk)
    return Status::kOutOfMemory;
  TopK most(candidates_.span());
  for (const Push::Neuron& it : neurons) {
    const double activation = it.activation + kept * it.charge;
    const float score = std::max(static_cast<float>(activation), kLeastActivation);
    const auto offer = [&](std::uint32_t row) {
      if (accepts(row)) most.offer(-score, row);
    };
    if (graph_.is_linked(it.node))
      graph_.for_each_twin(it.node, offer);
    else
      offer(it.node);
  }
  const std::span<const Neighbor> ranked = most.sort();
  static_cast<void>(activations_->resize(ranked.size()));  // which is no more than it was

  // Those of the nearest that got none stay behind, in their order.
  std::uint32_t rest = 0;
  for (std::uint32_t i = 0; i < found; ++i)
    if (push_->find(node_at(nearest[i].row)) == Push::kNone) nearest[rest++] = nearest[i];
  std::copy_backward(nearest, nearest + (found - ranked.size()), nearest + found);
  std::uint64_t key;
  TopK any({&key, 1});  // whose distances alone are wanted
  for (std::uint32_t i = 0; i < ranked.size(); ++i) {
    (*activations_)[i] = -ranked[i].distance;
    offer({&ranked[i].row, 1}, any);
    nearest[i] = {ranked[i].row, exact_[0]};
  }
  return Status::kOk;
}

}  // namespace rv
