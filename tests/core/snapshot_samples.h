// Collections and snapshots to test with.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/snapshot_host.h"
#include "core/support.h"

namespace rv::test {

constexpr std::uint32_t kForeign = section_kind('X', 'Y', 'Z', '1');

inline std::unique_ptr<Collection> make_collection(Shape shape, std::uint32_t rows) {
  auto created = Collection::create({shape}, UINT64_MAX);
  REQUIRE(created.ok());
  std::unique_ptr<Collection> collection = std::move(*created);
  Random random(rows + shape.dim);
  REQUIRE(collection->stage(rows) == Status::kOk);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const Bytes vector = random_vector(random, shape);
    std::memcpy(collection->staged_row(i), vector.data(), vector.size());
  }
  std::ranges::fill(collection->targets(), VectorStore::kAppend);
  REQUIRE(collection->commit() == Status::kOk);
  return collection;
}

inline Bytes save(Collection& collection, std::span<const HostSection> host_sections = {}) {
  Bytes snapshot;
  REQUIRE(save_snapshot(collection, host_sections, snapshot) == Status::kOk);
  return snapshot;
}

inline std::vector<HostSection> some_host_sections() {
  return {{kSectionIds, kRequiredFlag, 1, text("the ids of five rows")},
          {kSectionInfo, kRequiredFlag, 1, text("{\"model\":\"m\"}")},
          {kForeign, 0, 9, Bytes(100, std::byte{7})},
          {section_kind('N', 'O', 'N', 'E'), 0, 1, {}}};
}

// CONF, VECS and four host sections in under 1 KB: small enough to try every bit of it.
inline Bytes small_snapshot() {
  return save(*make_collection({Metric::kCosine, 3}, 5), some_host_sections());
}

inline bool same_content(const Collection& a, const Collection& b) {
  const VectorStore &x = a.store(), &y = b.store();
  if (x.shape().metric != y.shape().metric || x.shape().dim != y.shape().dim) return false;
  if (x.rows() != y.rows() || x.live_rows() != y.live_rows()) return false;
  for (std::uint32_t row = 0; row < x.rows(); ++row)
    if (std::memcmp(x.row(row), y.row(row), x.shape().row_bytes()) != 0 ||
        !same_bits(x.inverse_norm(row), y.inverse_norm(row)))
      return false;
  return true;
}

}  // namespace rv::test
