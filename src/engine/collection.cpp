#include "engine/collection.h"

#include <new>

namespace rv {

Collection::Collection(Shape shape, std::uint64_t max_bytes) noexcept
    : budget_(max_bytes),
      store_(shape, budget_),
      targets_(budget_),
      queries_(budget_),
      flat_queries_(budget_),
      keys_(budget_),
      nearest_(budget_) {}

Result<std::unique_ptr<Collection>> Collection::create(Shape shape,
                                                       std::uint64_t max_bytes) noexcept {
  if (const Status status = shape.validate(); status != Status::kOk) return status;
  std::unique_ptr<Collection> collection(new (std::nothrow) Collection(shape, max_bytes));
  if (collection == nullptr) return Status::kOutOfMemory;
  return collection;
}

}  // namespace rv
