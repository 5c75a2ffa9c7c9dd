// The write path: stage, let the host fill in vectors and targets, commit all or nothing.
#include "engine/collection.h"

namespace rv {

Status Collection::stage(std::uint32_t count) noexcept {
  targets_.free();  // of a batch that was never committed
  if (const Status status = store_.stage(count); status != Status::kOk) return status;
  return targets_.resize(count);
}

Status Collection::commit() noexcept {
  const Status status = store_.commit(targets_.span());
  faulty_ = store_.faulty_row();
  targets_.free();
  return status;
}

Status Collection::remove(std::uint32_t row) noexcept { return store_.remove(row); }

void Collection::compact() noexcept { store_.compact(); }

void Collection::clear() noexcept { store_.clear(); }

}  // namespace rv
