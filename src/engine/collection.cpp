#include "engine/collection.h"

#include <new>

namespace rv {

Collection::Collection(Shape shape, std::uint64_t max_bytes) noexcept
    : budget_(max_bytes),
      store_(shape, budget_),
      targets_(budget_),
      queries_(buffers_),
      flat_queries_(buffers_),
      keys_(buffers_),
      nearest_(buffers_) {}

Result<std::unique_ptr<Collection>> Collection::create(Shape shape,
                                                       std::uint64_t max_bytes) noexcept {
  if (const Status status = shape.validate(); status != Status::kOk) return status;
  std::unique_ptr<Collection> collection(new (std::nothrow) Collection(shape, max_bytes));
  if (collection == nullptr) return Status::kOutOfMemory;
  return collection;
}

}  // namespace rv
