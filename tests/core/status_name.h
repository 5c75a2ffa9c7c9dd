// Status codes by name, for failure messages.
#pragma once

#include "base/status.h"

namespace rv::test {

inline const char* status_name(Status status) noexcept {
  switch (status) {
    case Status::kOk:
      return "kOk";
    case Status::kInvalidArgument:
      return "kInvalidArgument";
    case Status::kInvalidVector:
      return "kInvalidVector";
    case Status::kOutOfMemory:
      return "kOutOfMemory";
    case Status::kLimitExceeded:
      return "kLimitExceeded";
    case Status::kNotFound:
      return "kNotFound";
    case Status::kNotSnapshot:
      return "kNotSnapshot";
    case Status::kFormatVersion:
      return "kFormatVersion";
    case Status::kFormatChecksum:
      return "kFormatChecksum";
  }
  return "unknown status";
}

}  // namespace rv::test
