// Collection -> sections. The layout of each is in snapshot/format.h.
#include <algorithm>
#include <cassert>

#include "base/bytes.h"
#include "engine/collection.h"
#include "snapshot/writer.h"

namespace rv {

Status Collection::save(SectionWriter& writer) noexcept {
  assert(!store_.has_deleted());
  static_assert(sizeof conf_ == kConfBytes);
  store_le(conf_, store_.shape().dim);
  store_le(conf_ + 4, static_cast<std::uint32_t>(store_.shape().metric));
  store_le(conf_ + 8, std::uint32_t{0});  // index: flat
  store_le(conf_ + 12, store_.rows());
  if (const Status status = writer.begin_section(kSectionConf, kRequiredFlag);
      status != Status::kOk)
    return status;
  if (const Status status = writer.add_part(conf_); status != Status::kOk) return status;

  if (const Status status = writer.begin_section(kSectionVecs, kRequiredFlag);
      status != Status::kOk)
    return status;
  const std::size_t row_bytes = store_.shape().row_bytes();
  for (std::uint32_t row = 0; row < store_.rows();) {
    const std::uint32_t run = std::min(store_.contiguous_from(row), store_.rows() - row);
    if (const Status status = writer.add_part({store_.row(row), run * row_bytes});
        status != Status::kOk)
      return status;
    row += run;
  }
  return Status::kOk;
}

}  // namespace rv
