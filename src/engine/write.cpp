// The write path: stage, let the host fill in vectors and targets, commit all or nothing.
#include "engine/collection.h"

namespace rv {

Status Collection::stage(std::uint32_t count) noexcept {
  targets_.free();  // of a batch that was never committed
  Status status = store_.stage(count);
  if (status == Status::kOk) status = targets_.resize(count);
  if (status != Status::kOk) store_.unstage();
  return status;
}

Status Collection::commit() noexcept {
  const Status status = store_.commit(targets_.span());
  faulty_ = store_.faulty_row();
  targets_.free();
  if (status != Status::kOk) store_.unstage();
  return status;
}

Status Collection::remove(std::uint32_t row) noexcept { return store_.remove(row); }

void Collection::compact() noexcept { store_.compact(); }

void Collection::clear() noexcept { store_.clear(); }

}  // namespace rv
