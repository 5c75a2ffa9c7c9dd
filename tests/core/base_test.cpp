// base/: status, budgeted memory, bit sets, checksums, top-k.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "base/bitset.h"
#include "base/bytes.h"
#include "base/crc32.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/top_k.h"
#include "core/brute_force.h"
#include "core/support.h"

namespace rv::test {
namespace {

TEST_CASE("a Result holds a value, or the status that explains its absence") {
  Result<int> value = 7;
  CHECK(value.ok());
  CHECK(value.status() == Status::kOk);
  CHECK(*value == 7);
  *value = 8;
  CHECK(*value == 8);

  const Result<int> error = Status::kNotFound;
  CHECK_FALSE(error.ok());
  CHECK(error.status() == Status::kNotFound);
}

TEST_CASE("a Result hands on what can only be moved") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  REQUIRE(result.ok());
  const std::unique_ptr<int> taken = std::move(*result);
  CHECK(*taken == 7);
}

TEST_CASE("fields are little-endian at any alignment") {
  std::byte bytes[16] = {};
  for (std::size_t at = 0; at < 8; ++at) {
    store_le(bytes + at, std::uint32_t{0x04030201});
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::to_integer<int>(bytes[at + i]) == int(i) + 1);
    CHECK(load_le<std::uint32_t>(bytes + at) == 0x04030201);
  }
}

TEST_CASE("align_up finds the next multiple and keeps a multiple") {
  CHECK(align_up(0, 64) == 0);
  CHECK(align_up(1, 64) == 64);
  CHECK(align_up(64, 64) == 64);
  CHECK(align_up(65, 64) == 128);
  CHECK(align_up(UINT64_MAX - 64, 64) == UINT64_MAX - 63);
}

TEST_CASE("a budget counts what is taken and given back") {
  MemoryBudget budget(1000);
  void* a = budget.resize(nullptr, 0, 400);
  void* b = budget.resize(nullptr, 0, 600);
  REQUIRE(a != nullptr);
  REQUIRE(b != nullptr);
  CHECK(budget.used_bytes() == 1000);
  b = budget.resize(b, 600, 100);
  CHECK(budget.used_bytes() == 500);
  a = budget.resize(a, 400, 900);
  CHECK(budget.used_bytes() == 1000);
  budget.release(a, 900);
  budget.release(b, 100);
  CHECK(budget.used_bytes() == 0);
}

TEST_CASE("a budget refuses one byte too many and leaves the block as it was") {
  MemoryBudget budget(100);
  auto* block = static_cast<std::byte*>(budget.resize(nullptr, 0, 64));
  REQUIRE(block != nullptr);
  std::memset(block, 0x5A, 64);
  CHECK(budget.resize(block, 64, 101) == nullptr);
  CHECK(budget.resize(nullptr, 0, 37) == nullptr);
  CHECK(budget.used_bytes() == 64);
  CHECK(std::all_of(block, block + 64, [](std::byte b) { return b == std::byte{0x5A}; }));
  budget.release(block, 64);
}

TEST_CASE("an array keeps its elements when it grows") {
  MemoryBudget budget(UINT64_MAX);
  Array<std::uint32_t> array(budget);
  CHECK(array.size() == 0);
  CHECK(array.data() == nullptr);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    REQUIRE(array.reserve(i + 1) == Status::kOk);
    CHECK(array.size() == i);
    array.push(i);
  }
  bool kept = array.span().size() == 1000;
  for (std::uint32_t i = 0; i < 1000; ++i) kept = kept && array[i] == i;
  CHECK(kept);
}

TEST_CASE("an array doubles, or takes what is asked for where that is more") {
  MemoryBudget budget(UINT64_MAX);
  Array<std::uint32_t> array(budget);
  REQUIRE(array.reserve(10) == Status::kOk);
  CHECK(budget.used_bytes() == 40);
  REQUIRE(array.reserve(11) == Status::kOk);
  CHECK(budget.used_bytes() == 80);
  REQUIRE(array.reserve(20) == Status::kOk);
  CHECK(budget.used_bytes() == 80);
  REQUIRE(array.reserve(100) == Status::kOk);
  CHECK(budget.used_bytes() == 400);
}

TEST_CASE("an array takes what is asked for where doubling does not fit") {
  MemoryBudget budget(60);
  Array<std::uint32_t> array(budget);
  REQUIRE(array.resize(10) == Status::kOk);
  REQUIRE(array.resize(11) == Status::kOk);
  CHECK(budget.used_bytes() == 44);
  REQUIRE(array.resize(15) == Status::kOk);
  CHECK(budget.used_bytes() == 60);
}

TEST_CASE("an array that cannot grow keeps size, elements and memory") {
  MemoryBudget budget(60);
  Array<std::uint32_t> array(budget);
  REQUIRE(array.resize(10) == Status::kOk);
  std::iota(array.span().begin(), array.span().end(), 0u);
  const std::uint32_t* before = array.data();
  for (const std::size_t count : {std::size_t{16}, std::size_t{1} << 40, SIZE_MAX / 8 + 1,
                                  SIZE_MAX / 4 + 1, SIZE_MAX / 2, SIZE_MAX}) {
    CHECK(array.reserve(count) == Status::kOutOfMemory);
    CHECK(array.resize(count) == Status::kOutOfMemory);
  }
  CHECK(array.size() == 10);
  CHECK(array.data() == before);
  CHECK(budget.used_bytes() == 40);
  for (std::uint32_t i = 0; i < 10; ++i) CHECK(array[i] == i);
}

TEST_CASE("an array gives its memory back once, freed or destroyed") {
  MemoryBudget budget(1000);
  {
    Array<std::uint64_t> array(budget);
    REQUIRE(array.resize(8) == Status::kOk);
    array.free();
    CHECK(budget.used_bytes() == 0);
    CHECK(array.size() == 0);
    array.free();
    CHECK(budget.used_bytes() == 0);
    REQUIRE(array.resize(4) == Status::kOk);
    CHECK(budget.used_bytes() == 32);
  }
  CHECK(budget.used_bytes() == 0);
}

TEST_CASE("an array that shrinks keeps its memory and its first elements") {
  MemoryBudget budget(40);
  Array<std::uint32_t> array(budget);
  REQUIRE(array.resize(10) == Status::kOk);
  std::iota(array.span().begin(), array.span().end(), 0u);
  REQUIRE(array.resize(3) == Status::kOk);
  CHECK(array.size() == 3);
  CHECK(budget.used_bytes() == 40);
  REQUIRE(array.resize(10) == Status::kOk);
  CHECK(array[2] == 2);
}

TEST_CASE("an array gives back what its size does not need when it is told to") {
  MemoryBudget budget(UINT64_MAX);
  Array<std::uint32_t> array(budget);
  array.shrink(array.size());
  REQUIRE(array.reserve(100) == Status::kOk);
  REQUIRE(array.resize(10) == Status::kOk);
  std::iota(array.span().begin(), array.span().end(), 0u);
  for (int twice = 0; twice < 2; ++twice) {
    array.shrink(array.size());
    CHECK(array.size() == 10);
    CHECK(budget.used_bytes() == 40);
  }
  for (std::uint32_t i = 0; i < 10; ++i) CHECK(array[i] == i);
  array.shrink(4);
  CHECK(array.size() == 4);
  CHECK(array[3] == 3);
  CHECK(budget.used_bytes() == 16);
  array.shrink(0);
  CHECK(budget.used_bytes() == 0);
  CHECK(array.data() == nullptr);
}

TEST_CASE("a bitset holds exactly the bits that were set") {
  MemoryBudget budget(UINT64_MAX);
  Bitset bits(budget);
  REQUIRE(bits.grow(300) == Status::kOk);
  const auto wanted = [](std::uint32_t bit) { return bit % 7 == 0 || bit % 64 == 63; };
  for (std::uint32_t bit = 0; bit < 300; ++bit) {
    CHECK_FALSE(bits.test(bit));
    if (wanted(bit)) bits.set(bit);
  }
  for (std::uint32_t bit = 0; bit < 300; ++bit) CHECK(bits.test(bit) == wanted(bit));
}

TEST_CASE("a bitset that grows keeps its bits and adds clear ones") {
  MemoryBudget budget(UINT64_MAX);
  Bitset bits(budget);
  for (std::uint32_t count = 1; count <= 400; ++count) {
    REQUIRE(bits.grow(count) == Status::kOk);
    CHECK_FALSE(bits.test(count - 1));
    if (count % 3 == 0) bits.set(count - 1);
  }
  for (std::uint32_t bit = 0; bit < 400; ++bit) CHECK(bits.test(bit) == ((bit + 1) % 3 == 0));
  REQUIRE(bits.grow(1) == Status::kOk);
  CHECK(bits.test(398));
}

TEST_CASE("a bitset that cannot grow keeps its bits") {
  MemoryBudget budget(16);
  Bitset bits(budget);
  REQUIRE(bits.grow(128) == Status::kOk);
  bits.set(127);
  CHECK(bits.grow(129) == Status::kOutOfMemory);
  CHECK(bits.test(127));
  CHECK(budget.used_bytes() == 16);
}

TEST_CASE(
    "a bitset that is reset is clear, one that shrinks gives back the rest, one that is freed "
    "all") {
  MemoryBudget budget(UINT64_MAX);
  Bitset bits(budget);
  for (const std::uint32_t count : {300u, 65u, 64u, 1u}) {
    REQUIRE(bits.grow(300) == Status::kOk);
    for (std::uint32_t bit = 0; bit < 300; ++bit) bits.set(bit);
    bits.reset();
    bits.shrink(count);
    CHECK(budget.used_bytes() == (count + 63) / 64 * 8);
    for (std::uint32_t bit = 0; bit < count; ++bit) CHECK_FALSE(bits.test(bit));
    REQUIRE(bits.grow(300) == Status::kOk);
    for (std::uint32_t bit = 0; bit < 300; ++bit) CHECK_FALSE(bits.test(bit));
  }
  bits.shrink(0);
  CHECK(budget.used_bytes() == 0);
  REQUIRE(bits.grow(300) == Status::kOk);
  bits.free();
  CHECK(budget.used_bytes() == 0);
}

// The definition: one bit at a time.
std::uint32_t crc32_bitwise(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

TEST_CASE("the checksum is CRC-32 of zlib") {
  const char digits[] = "123456789";
  CHECK(crc32(0, std::as_bytes(std::span(digits, 9))) == 0xCBF43926);
  CHECK(crc32(0, {}) == 0);
  CHECK(crc32(0xCBF43926, {}) == 0xCBF43926);
}

TEST_CASE("the checksum is that of the bitwise definition at every short length and alignment") {
  Random random(1);
  const Bytes bytes = random.bytes(96);
  for (std::size_t from = 0; from < 8; ++from)
    for (std::size_t length = 0; from + length <= bytes.size(); ++length) {
      const auto part = std::span(bytes).subspan(from, length);
      CHECK(crc32(0, part) == crc32_bitwise(part));
    }
}

TEST_CASE("the checksum is that of the bitwise definition where it folds") {
  Random random(2);
  const Bytes bytes = random.bytes(200001);
  const auto all = std::span<const std::byte>(bytes);
  // 300 blocks of 16 bytes are kept back, 1024 are folded at a time.
  for (const std::size_t length : {4799u, 4800u, 4801u, 4816u, 9599u, 9600u, 16384u, 21183u, 21184u,
                                   21185u, 21200u, 37568u, 65536u, 200001u}) {
    CHECK(crc32(0, all.first(length)) == crc32_bitwise(all.first(length)));
    CHECK(crc32(crc32(0, all.first(7)), all.subspan(7, length - 7)) ==
          crc32_bitwise(all.first(length)));
  }
}

TEST_CASE("the checksum continues over every split") {
  Random random(3);
  const Bytes bytes = random.bytes(257);
  const std::uint32_t whole = crc32_bitwise(bytes);
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    const auto all = std::span<const std::byte>(bytes);
    CHECK(crc32(crc32(0, all.first(split)), all.subspan(split)) == whole);
  }
  std::uint32_t bytewise = 0;
  for (const std::byte& byte : bytes) bytewise = crc32(bytewise, {&byte, 1});
  CHECK(bytewise == whole);
}

std::vector<Neighbor> top_k(std::span<const Neighbor> offers, std::size_t k) {
  std::vector<std::uint64_t> keys(k);
  TopK nearest(keys);
  for (const Neighbor& offer : offers) nearest.offer(offer.distance, offer.row);
  const auto found = nearest.sort();
  return {found.begin(), found.end()};
}

std::vector<Neighbor> top_k_by_sort(std::vector<Neighbor> offers, std::size_t k) {
  std::sort(offers.begin(), offers.end(), nearer);
  if (offers.size() > k) offers.resize(k);
  return offers;
}

// Few distinct values make ties; `wide` adds magnitudes from the smallest to the largest float.
std::vector<Neighbor> random_offers(Random& random, std::uint32_t count, bool wide) {
  std::vector<Neighbor> offers(count);
  for (std::uint32_t row = 0; row < count; ++row) {
    const float value = static_cast<float>(random.below(9)) - 4;
    const int exponent = static_cast<int>(random.below(260)) - 140;
    const float distance = wide ? std::ldexp(random.between(-1, 1), exponent) : value;
    offers[row] = {row, distance + 0.0f};  // no -0
  }
  return offers;
}

TEST_CASE("the top k are the first k of a sort by distance, then row") {
  Random random(4);
  for (int round = 0; round < soak(400); ++round) {
    const auto offers = random_offers(random, random.below(80), round % 2 == 0);
    for (const std::size_t k : {1u, 2u, 3u, 10u, 79u, 80u, 200u})
      CHECK(same(top_k(offers, k), top_k_by_sort(offers, k)));
  }
}

TEST_CASE("the top k rank infinities and the last row number like any other") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Neighbor offers[] = {{0xFFFFFFFFu, kInf}, {3, -kInf}, {0xFFFFFFFEu, kInf}, {5, 0}, {2, 0}};
  const Neighbor wanted[] = {{3, -kInf}, {2, 0}, {5, 0}, {0xFFFFFFFEu, kInf}, {0xFFFFFFFFu, kInf}};
  for (std::size_t k = 1; k <= 5; ++k) CHECK(same(top_k(offers, k), std::span(wanted).first(k)));
}

TEST_CASE("the top k do not depend on the order of the offers") {
  std::vector<Neighbor> offers = {{0, 1}, {1, -2}, {2, 1}, {3, 0}, {4, 1}, {5, -2}, {6, 3}};
  for (std::size_t k = 1; k <= 8; ++k) {
    const auto wanted = top_k_by_sort(offers, k);
    const auto by_row = [](Neighbor a, Neighbor b) { return a.row < b.row; };
    std::sort(offers.begin(), offers.end(), by_row);
    bool all_same = true;
    do all_same = all_same && same(top_k(offers, k), wanted);
    while (std::next_permutation(offers.begin(), offers.end(), by_row));
    CHECK(all_same);
  }
}

TEST_CASE("the top k of no offers are none") { CHECK(top_k({}, 3).empty()); }

TEST_CASE("admits() refuses only what cannot change the result of rows in order") {
  Random random(5);
  for (int round = 0; round < soak(200); ++round) {
    const auto offers = random_offers(random, 60, round % 2 == 0);
    std::vector<std::uint64_t> keys(1 + random.below(20));
    TopK nearest(keys);
    bool exact = true;
    for (const Neighbor& offer : offers) {
      const auto so_far = std::span(offers).first(offer.row);
      const auto found = top_k_by_sort({so_far.begin(), so_far.end()}, keys.size());
      const bool enters = found.size() < keys.size() || nearer(offer, found.back());
      exact = exact && nearest.admits(offer.distance) == enters;
      if (enters) nearest.offer(offer.distance, offer.row);
    }
    CHECK(exact);
    CHECK(same(nearest.sort(), top_k_by_sort(offers, keys.size())));
  }
}

}  // namespace
}  // namespace rv::test
