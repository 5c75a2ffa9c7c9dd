// What a build is made of. The lite one shows that these parts can be left out: it is linked
// without their files (CMakeLists.txt), and what would ask for them is behind a constant and folds
// away.
#pragma once

#include <utility>

namespace rv {

#if defined(RV_LITE)
constexpr bool kIsLite = true;
#else
constexpr bool kIsLite = false;
#endif

constexpr bool kHasRabitq = !kIsLite;         // and its one-bit codes for scans
constexpr bool kHasSingleCopies = !kIsLite;   // codes instead of the vectors they stand for
constexpr bool kHasFilteredWalks = !kIsLite;  // else queries with a filter are scans
constexpr bool kHasEarlyEnds = !kIsLite;      // of walks, where what is left is too far off
constexpr bool kCountsLinking = !kIsLite;     // comparisons of building the graph
constexpr bool kSpreads = !kIsLite;           // activation over the graph, to rank by

// What a graph's owner hears of its links: nothing in a module asks for that yet.
#if defined(__wasm__)
constexpr bool kHasLinkLogs = false;
#else
constexpr bool kHasLinkLogs = true;
#endif

// A member of class T, or none, which is not to be asked for then.
template <bool kThere, typename T>
class MemberIf {
 public:
  template <typename... Args>
  explicit MemberIf(Args&&... args) noexcept : value_(std::forward<Args>(args)...) {}
  T& operator*() noexcept { return value_; }
  const T& operator*() const noexcept { return value_; }
  T* operator->() noexcept { return &value_; }
  const T* operator->() const noexcept { return &value_; }

 private:
  T value_;
};

template <typename T>
class MemberIf<false, T> {
 public:
  template <typename... Args>
  explicit MemberIf(Args&&...) noexcept {}
  T& operator*() const noexcept { __builtin_unreachable(); }
  T* operator->() const noexcept { __builtin_unreachable(); }
};

}  // namespace rv
