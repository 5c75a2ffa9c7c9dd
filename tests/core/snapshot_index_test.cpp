// Snapshots of codes and graphs: what was saved comes back as it was, and what nobody saved is
// refused or does no harm.
#include "core/collection_model.h"
#include "core/exercise.h"
#include "core/snapshot_host.h"

namespace rv::test {
namespace {

// `rows` rows with codes and, where there may be one, a graph; the last few are not linked yet.
// Nothing less than Codes::kFirstRows begins with codes, so most of them come and go.
Pair sample(const Config& config, std::uint32_t rows) {
  Random random(rows + config.bits);
  Pair pair(config);
  std::vector<Bytes> batch(std::max(rows, Codes::kFirstRows + 6));
  for (Bytes& vector : batch) {
    vector = random_vector(random, config.shape);
    if (random.one_in(4)) vector = batch[0];
  }
  REQUIRE(pair.append(batch) == Status::kOk);
  const std::uint32_t updated[] = {3, 5, 3};
  REQUIRE(pair.write(std::span(batch).first(3), updated) == Status::kOk);
  const auto all = static_cast<std::uint32_t>(batch.size());
  for (std::uint32_t row = 0; row < all; ++row)
    if (row % (all / rows) != 0 || row / (all / rows) >= rows) pair.remove(row);
  pair.compact();
  for (Bytes& vector : batch) vector = random_vector(random, config.shape);
  REQUIRE(pair.append(std::span(batch).first(5)) == Status::kOk);
  return pair;
}

Bytes save(Collection& collection) {
  Bytes snapshot;
  REQUIRE(save_snapshot(collection, {}, snapshot) == Status::kOk);
  return snapshot;
}

std::span<std::byte> body(Bytes& snapshot, std::uint32_t kind) {
  const auto table = section_table(snapshot);
  for (std::size_t at = 0; at < table.size(); at += kEntryBytes)
    if (load_le<std::uint32_t>(table.data() + at) == kind)
      return std::span(snapshot).subspan(
          static_cast<std::size_t>(load_le<std::uint64_t>(table.data() + at + 16)),
          static_cast<std::size_t>(load_le<std::uint64_t>(table.data() + at + 24)));
  return {};
}

TEST_CASE("collections of every kind come back byte for byte, and go on as if nothing had been") {
  for_each_config([](const Config& config) {
    for (const std::uint32_t rows : {30u, 1100u}) {
      // Where there is no graph, more rows of the same are nothing new.
      if (rows > 30 && (config.index != IndexType::kHnsw || config.shape.dim > 17)) continue;
      CAPTURE(rows);
      Pair pair = sample(config, rows);
      const Bytes snapshot = save(*pair.collection);
      Loaded loaded = load_snapshot(snapshot);
      REQUIRE(loaded.status == Status::kOk);
      CHECK(save(*loaded.collection) == snapshot);
      CHECK(save(*pair.collection) == snapshot);

      Pair other(config);
      other.vectors = pair.vectors;
      other.collection = std::move(loaded.collection);
      Random random(3), random_again(3);
      bool equal = true;
      for (std::uint32_t plan = 0; plan < 4; ++plan) {
        pair.collection->force_plan(plan);
        other.collection->force_plan(plan);
        const Bytes query = random_vector(random, config.shape);
        static_cast<void>(random_vector(random_again, config.shape));
        equal =
            equal && same(pair.search(query, 20, plan == 0), other.search(query, 20, plan == 0));
      }
      CHECK(equal);
      if (other.collection->config().index != config.index) continue;  // vectors alone
      for (int step = 0; step < 4; ++step) {
        random_write(random, pair, 1500);
        random_write(random_again, other, 1500);
      }
      pair.compact();
      other.compact();
      CHECK(save(*pair.collection) == save(*other.collection));
    }
  });
}

TEST_CASE("vectors alone become whatever is wanted when they are loaded") {
  for_each_config([](const Config& config) {
    if (config.index == IndexType::kAuto || config.shape.dim > 12) return;
    Random random(41);
    Pair pair({config.shape});
    std::vector<Bytes> batch(1030);
    for (Bytes& vector : batch) vector = random_vector(random, config.shape);
    REQUIRE(pair.append(batch) == Status::kOk);
    Pair direct(config);
    REQUIRE(direct.append(batch) == Status::kOk);
    const Loaded loaded = load_snapshot(save(*pair.collection), UINT64_MAX, config);
    REQUIRE(loaded.status == Status::kOk);
    CHECK(save(*loaded.collection) == save(*direct.collection));
  });
}

TEST_CASE("a snapshot of vectors that are not kept is as long as its rows, whatever was staged") {
  Pair pair(config_of({Metric::kCosine, 8}, kQuantizers[4], IndexType::kHnsw));
  Random random(43);
  std::vector<Bytes> batch(1040);
  for (Bytes& vector : batch) vector = random_vector(random, pair.config.shape);
  REQUIRE(pair.append(batch) == Status::kOk);
  const std::size_t before = save(*pair.collection).size();
  std::vector<std::uint32_t> targets(500);
  for (std::uint32_t i = 0; i < 500; ++i) targets[i] = 2 * i;
  REQUIRE(pair.write(std::span(batch).first(500), targets) == Status::kOk);
  CHECK(save(*pair.collection).size() == before);
  REQUIRE(pair.collection->stage(300) == Status::kOk);
  const Bytes snapshot = save(*pair.collection);
  CHECK(snapshot.size() == before);
  CHECK(load_snapshot(snapshot).status == Status::kOk);
}

// Calls use(snapshot) for small ones of every kind.
template <typename Use>
void for_each_snapshot(Use use) {
  static std::vector<std::pair<Config, Bytes>> snapshots;
  if (snapshots.empty())
    for_each_config([&](const Config& config) {
      if (config.index != IndexType::kAuto)
        snapshots.emplace_back(config, save(*sample(config, 20).collection));
    });
  for (const auto& [config, snapshot] : snapshots) {
    CAPTURE(int(config.shape.metric));
    CAPTURE(int(config.quantization));
    CAPTURE(config.bits);
    CAPTURE(config.keep);
    CAPTURE(int(config.index));
    use(snapshot);
  }
}

TEST_CASE("sections that are missing, too many, too short or too long are refused") {
  for_each_snapshot([](const Bytes& snapshot) {
    Bytes s = snapshot;
    const auto entries = section_table(s).size() / kEntryBytes;
    for (std::size_t i = 1; i < entries; ++i) {
      const std::size_t entry = kHeaderBytes + i * kEntryBytes;
      Bytes renamed = forged(s, entry, section_kind('G', 'O', 'N', 'E'));
      CHECK(load_snapshot(forged(renamed, entry + 4, 0u)).status == Status::kFormatChecksum);
      for (std::size_t kind = 2; kind < kEngineSections; ++kind)
        if (body(s, kKnownSections[kind]).empty())
          CHECK(load_snapshot(forged(s, entry, kKnownSections[kind])).status ==
                Status::kFormatChecksum);
    }
    // A section more, empty, at the end.
    const auto loaded = load_snapshot(s);
    REQUIRE(loaded.status == Status::kOk);
    for (std::size_t kind = 2; kind < kEngineSections; ++kind) {
      Bytes more;
      const HostSection extra{kKnownSections[kind], kRequiredFlag, 1, {}};
      REQUIRE(save_snapshot(*loaded.collection, {&extra, 1}, more) == Status::kOk);
      CHECK(load_snapshot(more).status == Status::kFormatChecksum);
    }
  });
}

TEST_CASE("a configuration that no collection has is refused, and counts ask for no memory") {
  for_each_snapshot([](const Bytes& snapshot) {
    Bytes s = snapshot;
    const auto conf = static_cast<std::size_t>(body(s, kSectionConf).data() - s.data());
    // Every byte with many values. Taken are another seed or ef of construction, and what changes
    // nothing: the bits of codes that are not RaBitQ's, the kind of index, whether vectors go, what
    // searches were measured to take.
    for (std::size_t at = 0; at < kConfBytes; ++at)
      for (int value = 0; value < 256; value += at < 20 && value < 9 ? 1 : 83) {
        const Loaded loaded =
            load_snapshot(forged(s, conf + at, static_cast<std::uint8_t>(value)), 1 << 20);
        const bool same_byte = s[conf + at] == static_cast<std::byte>(value);
        if (same_byte) CHECK(loaded.status == Status::kOk);
        if (loaded.status != Status::kOk || same_byte) continue;
        CAPTURE(at);
        CAPTURE(value);
        const bool free = at == 4 || at == 8 || (at >= 16 && at < 19) || at == 20 ||
                          (at >= 24 && at < 32) || (at >= 44 && at < 60);
        CHECK(free);
        CHECK(Exercise(*loaded.collection).run() == nullptr);
      }
    for (const std::uint32_t rows : {26u, 0x10000000u, 0x08000000u, 0x7FFFFFFFu, UINT32_MAX})
      CHECK(load_snapshot(forged(s, conf + 12, rows), 1 << 20).status == Status::kFormatChecksum);
  });
}

TEST_CASE("whatever the sections hold, what is loaded can be searched and changed") {
  std::uint64_t seed = 0;
  for_each_snapshot([&](const Bytes& snapshot) {
    Bytes s = snapshot;
    for (std::size_t kind = 1; kind < kEngineSections; ++kind) {
      const auto bytes = body(s, kKnownSections[kind]);
      if (bytes.empty()) continue;
      CAPTURE(kind);
      const auto at = static_cast<std::size_t>(bytes.data() - s.data());
      Random random(++seed);
      int taken = 0;
      for (int i = 0; i < soak(8); ++i) {
        Bytes damaged = s;
        const std::size_t place = at + random.below(static_cast<std::uint32_t>(bytes.size()));
        const std::size_t word = at + (place - at) / 4 * 4;
        if (random.one_in(2))
          damaged[place] ^= static_cast<std::byte>(1 << random.below(8));
        else if (word + 4 <= at + bytes.size())
          store_le(damaged.data() + word, random.one_in(2) ? random.below(30) : 0x7F000000u);
        CHECK(load_snapshot(damaged).status ==
              (damaged == s ? Status::kOk : Status::kFormatChecksum));
        fix_checksums(damaged);
        const Loaded loaded = load_snapshot(damaged, 1 << 20);
        CHECK((loaded.status == Status::kOk || loaded.status == Status::kFormatChecksum));
        if (loaded.status != Status::kOk) continue;
        ++taken;
        // But for the rows that a block has and the collection has not, which are made zeros.
        const Bytes saved = save(*loaded.collection);
        CHECK(save(*load_snapshot(saved).collection) == saved);
        const char* failure = Exercise(*loaded.collection).run();
        CAPTURE(i);
        CAPTURE(doctest::String(failure == nullptr ? "" : failure));
        CHECK(failure == nullptr);
      }
      CAPTURE(taken);
    }
  });
}

TEST_CASE(
    "loading codes and graphs under any memory limit ends in kOutOfMemory or the same bytes") {
  for_each_snapshot([](const Bytes& snapshot) {
    std::uint64_t max_bytes = 0, refused = 0;
    for (; max_bytes < 1 << 20; max_bytes += 2999) {
      const Loaded loaded = load_snapshot(snapshot, max_bytes);
      if (loaded.status == Status::kOk) {
        CHECK(save(*loaded.collection) == snapshot);
        break;
      }
      CHECK(loaded.status == Status::kOutOfMemory);
      ++refused;
    }
    CHECK(max_bytes < 1 << 20);
    CHECK(refused > 0);
  });
}

}  // namespace
}  // namespace rv::test
