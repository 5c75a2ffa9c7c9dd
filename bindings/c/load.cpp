// Loading: the engine's sections by its own loader, then those that the host of one keeps.
#include "engine/load.h"

#include <cstring>
#include <new>

#include "base/bytes.h"
#include "base/crc32.h"
#include "bindings/c/index.h"

struct rv_load {
 public:
  rv_load(const rv_config& config, std::size_t total_bytes) noexcept
      : wanted_(config),
        total_bytes_(total_bytes),
        loader_(rv::c::to_budget(config.max_bytes), rv::c::to_config(config)) {}

  rv_status next() noexcept;
  const rv_range& range() const noexcept { return range_; }
  bool done() const noexcept { return step_ == Step::kDone; }
  rv_index* take() noexcept { return index_.release(); }

 private:
  using Status = rv::Status;
  enum class Step { kStart, kHeader, kPrefix, kEngine, kGap, kSection, kText, kCheck, kDone };

  Status step() noexcept;
  Status read_header() noexcept;
  Status open() noexcept;
  Status engine() noexcept;
  Status begin_section() noexcept;
  Status check_section() noexcept;
  void want(std::uint64_t offset, std::uint64_t length, void* to) noexcept;
  bool is_other_shape() const noexcept;
  const rv::Section& section() const noexcept { return loader_.reader().sections()[section_]; }
  // The table that a section is, null where it is none.
  rv::c::Strings* table() noexcept;

  rv_config wanted_;
  std::size_t total_bytes_;
  rv::SnapshotLoader loader_;
  rv::MemoryBudget budget_{UINT64_MAX};
  rv::Array<std::byte> prefix_{budget_};
  std::byte gap_[rv::kSectionAlignment] = {};
  std::unique_ptr<rv_index> index_;
  Step step_ = Step::kStart;
  rv_range range_ = {};
  std::uint32_t section_ = 0;
  std::uint64_t end_ = 0;  // of the section before
};

void rv_load::want(std::uint64_t offset, std::uint64_t length, void* to) noexcept {
  range_ = {static_cast<std::size_t>(offset), static_cast<std::size_t>(length), to};
}

rv_status rv_load::next() noexcept {
  if (done()) return RV_INVALID_ARGUMENT;
  range_ = {};
  while (!done() && range_.length == 0) {
    if (const Status status = step(); status != Status::kOk) return rv::c::code(status);
    if (is_other_shape()) {
      const bool metric =
          wanted_.metric != static_cast<std::uint32_t>(loader_.config().shape.metric);
      return metric ? RV_METRIC_MISMATCH : RV_DIMENSION_MISMATCH;
    }
  }
  return RV_OK;
}

rv::Status rv_load::step() noexcept {
  switch (step_) {
    case Step::kStart:
      step_ = Step::kHeader;
      if (const Status status = prefix_.resize(rv::kHeaderBytes); status != Status::kOk)
        return status;
      want(0, std::min(total_bytes_, rv::kHeaderBytes), prefix_.data());
      return Status::kOk;
    case Step::kHeader:
      step_ = Step::kPrefix;
      return read_header();
    case Step::kPrefix:
      step_ = Step::kEngine;
      return open();
    case Step::kEngine:
      return engine();
    case Step::kGap:
      step_ = section_ < loader_.reader().sections().size() ? Step::kSection : Step::kDone;
      if (!done()) want(end_, section().offset - end_, gap_);
      return Status::kOk;
    case Step::kSection:
      step_ = Step::kText;
      return begin_section();
    case Step::kText: {
      step_ = Step::kCheck;
      rv::c::Strings* strings = table();
      if (strings == nullptr) return Status::kOk;
      const auto text = strings->text();
      want(section().offset + strings->numbers().size(), text.size(), text.data());
      return Status::kOk;
    }
    case Step::kCheck:
      step_ = Step::kGap;
      return check_section();
    case Step::kDone:
      break;
  }
  return Status::kInvalidArgument;
}

rv::Status rv_load::read_header() noexcept {
  const auto bytes =
      rv::SectionReader::prefix_bytes(prefix_.span().first(std::min(total_bytes_, prefix_.size())));
  if (!bytes.ok()) return bytes.status();
  if (*bytes > total_bytes_) return Status::kFormatChecksum;
  if (const Status status = prefix_.resize(*bytes); status != Status::kOk) return status;
  want(rv::kHeaderBytes, *bytes - rv::kHeaderBytes, prefix_.data() + rv::kHeaderBytes);
  return Status::kOk;
}

rv::Status rv_load::open() noexcept {
  if (const Status status = loader_.open(prefix_.span(), total_bytes_); status != Status::kOk)
    return status;
  end_ = prefix_.size();
  prefix_.free();
  if (loader_.reader().find(rv::kSectionNams) != nullptr) return Status::kFormatVersion;
  return loader_.reader().find(rv::kSectionIds) == nullptr ? Status::kFormatChecksum : Status::kOk;
}

rv::Status rv_load::engine() noexcept {
  if (const Status status = loader_.next(); status != Status::kOk) return status;
  const auto& [offset, to, length] = loader_.wanted();
  want(offset, length, to);
  if (length > 0) return Status::kOk;
  auto collection = loader_.take();
  index_.reset(new (std::nothrow) rv_index(std::move(collection), wanted_.max_bytes));
  step_ = Step::kGap;
  return index_ == nullptr ? Status::kOutOfMemory : Status::kOk;
}

// Once CONF is read: a dimension count of 0 stands for any snapshot.
bool rv_load::is_other_shape() const noexcept {
  const rv::Shape shape = loader_.config().shape;
  return wanted_.dimensions != 0 && shape.dim != 0 &&
         (wanted_.dimensions != shape.dim ||
          wanted_.metric != static_cast<std::uint32_t>(shape.metric));
}

rv::c::Strings* rv_load::table() noexcept {
  if (section().kind == rv::kSectionIds) return &index_->ids.strings();
  return section().kind == rv::kSectionMeta ? &index_->metadata : nullptr;
}

rv::Status rv_load::begin_section() noexcept {
  const auto gap = std::span(gap_).first(static_cast<std::size_t>(section().offset - end_));
  if (!rv::is_zero(gap)) return Status::kFormatChecksum;
  end_ = section().offset + section().length;
  if (rv::is_engine_section(section().kind)) {
    ++section_;
    step_ = Step::kGap;
    return Status::kOk;
  }
  const auto length = static_cast<std::size_t>(section().length);
  if (rv::c::Strings* strings = table(); strings != nullptr) {
    const std::uint32_t rows = index_->collection->store().rows();
    const std::uint64_t numbers = 4 + 4 * std::uint64_t{rows};
    if (length < numbers) return Status::kFormatChecksum;
    const auto text_bytes = static_cast<std::size_t>(length - numbers);
    if (const Status status = strings->make_room(rows, text_bytes); status != Status::kOk)
      return status;
    want(section().offset, numbers, strings->numbers().data());
    return Status::kOk;
  }
  auto& carried = index_->carried;
  if (const Status status = carried.reserve(carried.size() + 1); status != Status::kOk)
    return status;
  void* bytes = length == 0 ? nullptr : index_->collection->budget().resize(nullptr, 0, length);
  if (length > 0 && bytes == nullptr) return Status::kOutOfMemory;
  carried.push({section(), static_cast<std::byte*>(bytes)});
  want(section().offset, length, bytes);
  return Status::kOk;
}

rv::Status rv_load::check_section() noexcept {
  const rv::Section& it = section();
  const rv::c::Strings* strings = table();
  ++section_;
  if (strings == nullptr) {
    const std::byte* bytes = index_->carried[index_->carried.size() - 1].bytes;
    const bool whole = rv::crc32(0, {bytes, static_cast<std::size_t>(it.length)}) == it.crc;
    return whole ? Status::kOk : Status::kFormatChecksum;
  }
  if (strings->crc() != it.crc || !strings->is_table()) return Status::kFormatChecksum;
  return it.kind == rv::kSectionIds ? index_->ids.adopt() : Status::kOk;
}

rv_status rv_load_begin(const rv_config* config, std::size_t total_bytes, rv_load** load) {
  if (load == nullptr) return RV_INVALID_ARGUMENT;
  const rv_config wanted = config == nullptr ? rv_config{} : *config;
  rv::Config form = rv::c::to_config(wanted);
  if (wanted.dimensions == 0) form.shape = {rv::Metric::kCosine, 1};
  if (const rv::Status status = form.validate(); status != rv::Status::kOk)
    return rv::c::code(status);
  auto* made = new (std::nothrow) rv_load(wanted, total_bytes);
  if (made == nullptr) return RV_OUT_OF_MEMORY;
  *load = made;
  return RV_OK;
}

rv_status rv_load_next(rv_load* load, rv_range* range) {
  if (load == nullptr || range == nullptr) return RV_INVALID_ARGUMENT;
  const rv_status status = load->next();
  if (status == RV_OK) *range = load->range();
  return status;
}

rv_status rv_load_end(rv_load* load, rv_index** index) {
  const bool hands_over = index != nullptr;
  const bool done = load != nullptr && load->done();
  if (hands_over && done) *index = load->take();
  delete load;
  return !hands_over || done ? RV_OK : RV_INVALID_ARGUMENT;
}

rv_status rv_load_bytes(const rv_config* config, const void* snapshot, std::size_t bytes,
                        rv_index** index) {
  if ((snapshot == nullptr && bytes > 0) || index == nullptr) return RV_INVALID_ARGUMENT;
  rv_load* load = nullptr;
  if (const rv_status status = rv_load_begin(config, bytes, &load); status != RV_OK) return status;
  rv_range range = {};
  rv_status status = rv_load_next(load, &range);
  for (; status == RV_OK && range.length > 0; status = rv_load_next(load, &range))
    std::memcpy(range.to, static_cast<const std::byte*>(snapshot) + range.offset, range.length);
  static_cast<void>(rv_load_end(load, status == RV_OK ? index : nullptr));
  return status;
}
