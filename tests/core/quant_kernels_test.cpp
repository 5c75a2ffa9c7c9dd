// kernels/ of codes: integers against plain loops, floats against double precision, on every tail.
#include <algorithm>

#include "core/quant_support.h"
#include "kernels/fast_scan.h"
#include "kernels/fields.h"
#include "kernels/floats.h"
#include "kernels/int8.h"

namespace rv::test {
namespace {

using Codes = std::vector<std::int8_t>;

Codes random_codes(Random& random, std::size_t count, int low, int high) {
  Codes codes(count);
  for (std::int8_t& code : codes)
    code = static_cast<std::int8_t>(
        low + static_cast<int>(random.below(static_cast<std::uint32_t>(high - low + 1))));
  return codes;
}

std::int32_t plain_dot(const Codes& query, const Codes& row) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < query.size(); ++i) sum += query[i] * row[i];
  return sum;
}

// Codes and their sum, `shift` bytes behind an allocation that ends with them.
struct Int8Row {
  Int8Row(const Codes& codes, std::size_t shift) : bytes(shift + codes.size() + 4), at(shift) {
    std::int32_t sum = 0;
    for (const std::int8_t code : codes) sum += code;
    std::memcpy(&bytes[at], codes.data(), codes.size());
    std::memcpy(&bytes[at + codes.size()], &sum, 4);
  }
  const std::byte* data() const { return bytes.data() + at; }
  Bytes bytes;
  std::size_t at;
};

TEST_CASE("dot_i8 is the exact sum, for any number of rows at any alignment") {
  Random random(1);
  for (const std::size_t count : {16u, 32u, 48u, 112u, 384u, 1536u, 8192u})
    for (std::size_t rows = 0; rows <= 9; ++rows) {
      CAPTURE(count);
      CAPTURE(rows);
      const Codes query = random_codes(random, count, -63, 63);
      std::vector<Codes> codes;
      std::vector<Int8Row> owners;
      std::vector<const std::byte*> pointers;
      for (std::size_t r = 0; r < rows; ++r) {
        codes.push_back(random_codes(random, count, -128, 127));
        owners.emplace_back(codes.back(), random.below(16));
      }
      for (const Int8Row& owner : owners) pointers.push_back(owner.data());
      std::vector<std::int32_t> sums(rows);
      dot_i8(query.data(), count, 0, pointers, sums.data());
      for (std::size_t r = 0; r < rows; ++r) CHECK(sums[r] == plain_dot(query, codes[r]));
    }
}

TEST_CASE("dot_i8 holds its largest sums") {
  for (const int q : {-63, 63})
    for (const int x : {-128, 127}) {
      const Int8Row row(Codes(8192, static_cast<std::int8_t>(x)), 0);
      const std::byte* const pointer = row.data();
      std::int32_t sum = 0;
      dot_i8(Codes(8192, static_cast<std::int8_t>(q)).data(), 8192, 0, {&pointer, 1}, &sum);
      CHECK(sum == 8192 * q * x);
    }
}

TEST_CASE("quantize rounds to the nearest code and gives the largest the limit") {
  Random random(2);
  for (const int limit : {kQueryLimit, kRowLimit})
    for (const float size : {1e-25f, 1e-6f, 1.0f, 2e18f}) {
      Floats values = random.floats(208, -size, size);
      values[random.below(208)] = random.one_in(2) ? size : -size;
      Codes codes(values.size());
      const float scale = quantize(values, limit, codes.data());
      CHECK(scale == doctest::Approx(static_cast<double>(size) / limit).epsilon(1e-6));
      int largest = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        largest = std::max(largest, std::abs(int{codes[i]}));
        CHECK(std::fabs(codes[i] - values[i] / static_cast<double>(scale)) <= 0.5 + 1e-4);
      }
      CHECK(largest == limit);
    }
}

TEST_CASE("quantize makes zeros of what its scale could not stand for") {
  for (const float tiny : {0.0f, -0.0f, 1e-38f, -9e-31f}) {
    Codes codes(16, 5);
    CHECK(quantize(Floats(16, tiny), 63, codes.data()) == 0);
    CHECK(codes == Codes(16, 0));
  }
}

TEST_CASE("narrow fits each code to seven bits, half a step off at most") {
  // Factor and offset as src/quant uses them: z = code, and z = 2 * code + 1 of 1 to 8 bits.
  struct Form {
    int odd, narrow, low, high;
  };
  for (const Form f : {Form{0, 127, -127, 127}, Form{1, 63, -128, 127}, Form{1, 127, -64, 63},
                       Form{1, 256, -32, 31}}) {
    Codes codes;
    for (int code = f.low; code <= f.high; ++code) codes.push_back(static_cast<std::int8_t>(code));
    codes.resize((codes.size() + 15) / 16 * 16);
    Codes query(codes.size());
    narrow(codes.data(), codes.size(), f.narrow * (1 + f.odd), f.narrow * f.odd + 128,
           query.data());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const int z = codes[i] * (1 + f.odd) + f.odd;
      CHECK(std::abs(int{query[i]}) <= kQueryLimit);
      CHECK(std::fabs(query[i] - z * f.narrow / 256.0) <= 0.5);
    }
  }
}

TEST_CASE("widen and add_codes are what they say") {
  Random random(3);
  const Codes codes = random_codes(random, 272, -128, 127);
  Floats values(codes.size());
  widen(codes.data(), codes.size(), 2, 1, values.data());
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    CHECK(values[i] == static_cast<float>(2 * codes[i] + 1));
    sum += codes[i];
  }
  CHECK(add_codes(codes.data(), codes.size()) == sum);
}

TEST_CASE("measure is near double precision") {
  Random random(4);
  for (const std::size_t count : {4u, 16u, 400u, 8192u}) {
    const Floats values = normal_floats(random, count);
    double largest = 0, sum = 0, squares = 0;
    for (const float value : values) {
      largest = std::max(largest, std::fabs(static_cast<double>(value)));
      sum += std::fabs(value);
      squares += static_cast<double>(value) * value;
    }
    const Magnitudes found = measure(values);
    CHECK(found.largest == largest);
    CHECK(found.sum == doctest::Approx(sum).epsilon(1e-5));
    CHECK(found.squares == doctest::Approx(squares).epsilon(1e-5));
  }
}

// The layout of kernels/fields.h, bit by bit.
unsigned plain_integer(const Bytes& fields, std::size_t count, unsigned bits, std::size_t i) {
  unsigned integer = 0;
  std::size_t first = 0;
  for (const unsigned width : {4u, 2u, 1u}) {
    if ((bits & width) == 0) continue;
    const std::size_t per_16_bytes = 16 * (8 / width);
    const std::byte byte = fields[first + i / per_16_bytes * 16 + i % 16];
    const std::size_t shift = i % per_16_bytes / 16 * width;
    integer = integer << width | (std::to_integer<unsigned>(byte >> shift) & ((1u << width) - 1));
    first += (count + per_16_bytes - 1) / per_16_bytes * 16;
  }
  CHECK(first == fields.size());
  return integer;
}

TEST_CASE("fields hold integers of every width where the layout says") {
  Random random(5);
  for (unsigned bits = 1; bits <= 7; ++bits)
    for (const std::size_t count : {16u, 32u, 112u, 128u, 144u, 384u, 400u, 1040u}) {
      CAPTURE(bits);
      CAPTURE(count);
      const int middle = 1 << (bits - 1);
      const Codes codes = random_codes(random, count, -middle, middle - 1);
      Bytes fields(field_bytes(count, bits), std::byte{0xAA});
      pack_fields(codes.data(), count, bits, fields.data());
      bool same = true;
      for (std::size_t i = 0; i < count; ++i)
        same = same && static_cast<int>(plain_integer(fields, count, bits, i)) == codes[i] + middle;
      CHECK(same);

      for (std::size_t begin = 0; begin < count; begin += 128) {
        const std::size_t size = std::min<std::size_t>(count - begin, 256);
        Codes tile(size);
        unpack_fields(fields.data(), count, bits, begin, size, tile.data());
        CHECK(std::equal(tile.begin(), tile.end(),
                         codes.begin() + static_cast<std::ptrdiff_t>(begin)));
      }

      const Codes query = random_codes(random, count, -63, 63);
      std::int32_t wanted = 0;
      for (std::size_t i = 0; i < count; ++i) wanted += query[i] * (codes[i] + middle);
      const std::byte* const rows[] = {fields.data(), fields.data()};
      std::int32_t sums[2] = {};
      dot_fields(query.data(), count, bits, rows, sums);
      CHECK(sums[0] == wanted);
      CHECK(sums[1] == wanted);
    }
}

TEST_CASE("fast_scan adds what the tables say, to the last bit") {
  Random random(6);
  for (const std::size_t groups : {2u, 4u, 26u, 32u, 96u, 514u, 2048u})
    for (const std::size_t shift : {0u, 1u, 13u}) {
      CAPTURE(groups);
      // The largest entries whose sums fit 16 bits.
      const auto largest = static_cast<std::uint32_t>(std::min<std::size_t>(127, 65535 / groups));
      Bytes block = random.bytes(shift + 16 * groups), table(shift + 16 * groups);
      for (std::byte& entry : table)
        entry = static_cast<std::byte>(random.one_in(4) ? largest : random.below(largest + 1));
      Floats columns = random.floats(96);
      const Bytes column_bytes = to_bytes(columns);
      block.insert(block.end(), column_bytes.begin(), column_bytes.end());
      const ScanTable query = {0.25f, -0.001f, 3.5f, 0.75f};
      const float limit = 0.25f;
      float estimates[kScanRows];
      const std::uint32_t within =
          fast_scan(block.data() + shift, groups, query,
                    reinterpret_cast<const std::uint8_t*>(table.data() + shift), limit, estimates);
      for (std::uint32_t row = 0; row < kScanRows; ++row) {
        // Even bytes are rows 0-7, odd ones 8-15, high nibbles 16 more.
        const std::size_t byte = (row % 8) * 2 + (row % 16 >= 8 ? 1 : 0);
        std::uint32_t sum = 0;
        for (std::size_t g = 0; g < groups; ++g) {
          const auto pair = std::to_integer<unsigned>(block[shift + 16 * g + byte]);
          const unsigned nibble = row < 16 ? pair & 15 : pair >> 4;
          sum += std::to_integer<unsigned>(table[shift + 16 * g + nibble]);
        }
        const float product = static_cast<float>(sum) * query.scale + query.offset;
        const float estimate = (query.term + columns[row]) + columns[32 + row] * product;
        CHECK(same_bits(estimates[row], estimate - columns[64 + row] * query.slack));
        CHECK((within >> row & 1) == (estimates[row] <= limit ? 1 : 0));
      }
    }
}

}  // namespace
}  // namespace rv::test
