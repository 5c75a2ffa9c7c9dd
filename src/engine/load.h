// Snapshot bytes -> Collection, as a list of copies for the host to make.
//
// The loader never holds the snapshot: it asks for one range after another, each straight into its
// final place, so that opening costs no second copy in memory. A host drives it like this:
//
//   open(prefix, total_bytes)
//   while (next() == kOk && wanted().length != 0) copy wanted() from the snapshot
//   take()
//
// Any status but kOk ends the load; destroying the loader frees what it built.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/collection.h"
#include "snapshot/reader.h"

namespace rv {

class SnapshotLoader {
 public:
  // `wanted` is the form that a snapshot of vectors alone takes; its shape does not matter. Codes
  // and graphs stay as they were saved.
  explicit SnapshotLoader(std::uint64_t max_bytes, const Config& wanted = {}) noexcept
      : max_bytes_(max_bytes), config_(wanted) {}

  // See SectionReader::open().
  Status open(std::span<const std::byte> prefix, std::uint64_t total_bytes) noexcept;

  struct Copy {
    std::uint64_t offset = 0;  // in the snapshot
    std::byte* to = nullptr;
    std::uint64_t length = 0;  // 0: nothing left, take() may be called
  };

  // Checks what the last copy brought and moves on to the next. Pre: open() was kOk, and wanted()
  // of the last call was copied. kFormatChecksum, kFormatVersion, kOutOfMemory, kLimitExceeded.
  Status next() noexcept;
  const Copy& wanted() const noexcept { return wanted_; }

  // What the snapshot holds, once a copy after the first is wanted: enough to refuse it early.
  const Config& config() const noexcept { return config_; }

  // The collection, whole and checked. Pre: next() was kOk with nothing wanted; once only.
  std::unique_ptr<Collection> take() noexcept { return std::move(collection_); }

  const SectionReader& reader() const noexcept { return reader_; }

 private:
  std::span<std::byte> conf_bytes() noexcept {
    return std::as_writable_bytes(std::span(&conf_, 1));
  }
  Status read_conf() noexcept;
  Status start() noexcept;
  Status next_part() noexcept;

  enum class Step { kConf, kStart, kParts, kDone };

  std::uint64_t max_bytes_;
  SectionReader reader_;
  Step step_ = Step::kConf;
  Copy wanted_;
  Conf conf_;
  std::unique_ptr<Collection> collection_;
  Config config_;
  EngineSection sections_[kEngineSections] = {};
  std::uint32_t section_count_ = 0;
  std::uint32_t section_ = 0;  // the one that is copied
  std::uint32_t row_ = 0;      // of it, the next to be copied
  std::uint64_t copied_ = 0;   // bytes of it
  std::uint32_t crc_ = 0;
};

}  // namespace rv
