/* The C interface natively, under sanitizers: device_tests_c is this file as C11, device_tests_cpp
 * as C++. Usage: device_tests_c GOLDEN_SNAPSHOT_OF_COSINE */
#include <math.h>

#include "check.h"

enum { DIMENSIONS = 6 };

static void refuses_misuse(void) {
  rv_config config = config_of(RV_COSINE, 3);
  rv_config described;
  rv_index* index = NULL;
  const float vector[3] = {1, 2, 3};
  rv_match matches[2];
  rv_range range;
  rv_load* load = NULL;
  rv_save* saving = NULL;
  size_t bytes = 0;
  uint32_t count = 0;
  char id[RV_MAX_ID_BYTES];

  EXPECT(RV_INVALID_ARGUMENT, rv_create(NULL, &index));
  EXPECT(RV_INVALID_ARGUMENT, rv_create(&config, NULL));
  EXPECT(RV_OK, rv_create(&config, &index));
  EXPECT(RV_INVALID_ARGUMENT, rv_add(NULL, "a", 1, vector, 3));
  EXPECT(RV_INVALID_ARGUMENT, rv_add(index, NULL, 1, vector, 3));
  EXPECT(RV_INVALID_ARGUMENT, rv_add(index, "a", 1, NULL, 3));
  EXPECT(RV_OK, rv_add(index, "a", 1, vector, 3));
  EXPECT(RV_INVALID_ARGUMENT, rv_delete(NULL, "a", 1));
  EXPECT(RV_INVALID_ARGUMENT, rv_delete(index, NULL, 1));
  EXPECT(RV_INVALID_ARGUMENT, rv_search(NULL, vector, 3, 1, 0, matches, &count));
  EXPECT(RV_INVALID_ARGUMENT, rv_search(index, NULL, 3, 1, 0, matches, &count));
  EXPECT(RV_INVALID_ARGUMENT, rv_search(index, vector, 3, 1, 0, NULL, &count));
  EXPECT(RV_INVALID_ARGUMENT, rv_search(index, vector, 3, 1, 0, matches, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_id(NULL, 0, id, sizeof id, &bytes));
  EXPECT(RV_INVALID_ARGUMENT, rv_id(index, 0, NULL, 1, &bytes));
  EXPECT(RV_INVALID_ARGUMENT, rv_id(index, 0, id, sizeof id, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_metadata(NULL, 0, id, sizeof id, &bytes));
  EXPECT(RV_INVALID_ARGUMENT, rv_describe(NULL, &described));
  EXPECT(RV_INVALID_ARGUMENT, rv_describe(index, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_maintain(NULL, 1, &count));
  EXPECT(RV_INVALID_ARGUMENT, rv_maintain(index, 1, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_save_begin(NULL, &bytes, &saving));
  EXPECT(RV_INVALID_ARGUMENT, rv_save_begin(index, NULL, &saving));
  EXPECT(RV_INVALID_ARGUMENT, rv_save_begin(index, &bytes, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_save_read(NULL, 0, 1, id));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_begin(NULL, 10, NULL));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_next(NULL, &range));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_end(NULL, &index));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_bytes(NULL, NULL, 10, &index));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_bytes(NULL, vector, sizeof vector, NULL));
  EXPECT(RV_OK, rv_load_begin(NULL, 10, &load));
  EXPECT(RV_INVALID_ARGUMENT, rv_load_next(load, NULL));
  rv_index* other = NULL;
  EXPECT(RV_INVALID_ARGUMENT, rv_load_end(load, &other)); /* not loaded, and freed */
  EXPECT(RV_OK, rv_load_end(NULL, NULL));
  CHECK(other == NULL && rv_count(NULL) == 0 && rv_used_bytes(NULL) == 0);
  rv_destroy(NULL);
  rv_free(NULL);
  rv_save_end(NULL);

  /* Nothing of all that has changed the index. */
  CHECK(rv_count(index) == 1);
  EXPECT(RV_INVALID_ARGUMENT, rv_search(index, vector, 3, 0, 0, matches, &count));
  EXPECT(RV_LIMIT_EXCEEDED, rv_search(index, vector, 3, RV_MAX_K + 1, 0, matches, &count));
  EXPECT(RV_LIMIT_EXCEEDED, rv_search(index, vector, 3, 1, RV_MAX_EF + 1, matches, &count));
  EXPECT(RV_DIMENSION_MISMATCH, rv_search(index, vector, 2, 1, 0, matches, &count));
  EXPECT(RV_OK, rv_search(index, vector, 3, 2, RV_MAX_EF, matches, &count));
  CHECK(count == 1 && matches[0].row == 0 && matches[0].distance < 1e-6);
  EXPECT(RV_NOT_FOUND, rv_id(index, 1, id, sizeof id, &bytes));
  EXPECT(RV_NOT_FOUND, rv_metadata(index, 0xFFFFFFFFu, id, sizeof id, &bytes));
  EXPECT(RV_BUFFER_TOO_SMALL, rv_id(index, 0, NULL, 0, &bytes));
  CHECK(bytes == 1);
  EXPECT(RV_OK, rv_id(index, 0, id, 1, &bytes));
  CHECK(bytes == 1 && id[0] == 'a');
  rv_destroy(index);
}

static void refuses_configurations(void) {
  const struct {
    rv_status status;
    uint32_t metric, dimensions, index, M, quantization, bits;
  } cases[] = {
      {RV_INVALID_ARGUMENT, RV_COSINE, 0, 0, 0, 0, 0},
      {RV_LIMIT_EXCEEDED, RV_COSINE, RV_MAX_DIMENSIONS + 1, 0, 0, 0, 0},
      {RV_INVALID_ARGUMENT, RV_HAMMING, 7, 0, 0, 0, 0},
      {RV_LIMIT_EXCEEDED, RV_HAMMING, RV_MAX_HAMMING_BITS + 8, 0, 0, 0, 0},
      {RV_INVALID_ARGUMENT, 5, 3, 0, 0, 0, 0},
      {RV_INVALID_ARGUMENT, 256, 3, 0, 0, 0, 0}, /* the last byte alone would be cosine */
      {RV_INVALID_ARGUMENT, RV_DOT, 3, 3, 0, 0, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, 256, 0, 0, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, RV_HNSW, 1, 0, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, RV_HNSW, 65, 0, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, 0, 0, 3, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, 0, 0, 256, 0},
      {RV_INVALID_ARGUMENT, RV_DOT, 3, 0, 0, RV_RABITQ, 9},
      {RV_INVALID_ARGUMENT, RV_HAMMING, 8, 0, 0, RV_INT8, 0},
      {RV_OK, RV_HAMMING, RV_MAX_HAMMING_BITS, RV_HNSW, 64, 0, 0},
      {RV_OK, RV_EUCLIDEAN, RV_MAX_DIMENSIONS, RV_AUTO, 2, RV_RABITQ, 8},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    rv_config config = config_of(cases[i].metric, cases[i].dimensions), described;
    rv_index* index = NULL;
    rv_load* load = NULL;
    config.index = cases[i].index;
    config.M = cases[i].M;
    config.quantization = cases[i].quantization;
    config.bits = cases[i].bits;
    EXPECT(cases[i].status, rv_create(&config, &index));
    CHECK((index != NULL) == (cases[i].status == RV_OK));
    if (index != NULL) {
      EXPECT(RV_OK, rv_describe(index, &described));
      CHECK(described.metric == config.metric && described.dimensions == config.dimensions);
      CHECK(described.index == config.index && described.quantization == config.quantization);
    }
    rv_destroy(index);
    if (cases[i].dimensions == 0) continue; /* any snapshot */
    EXPECT(cases[i].status, rv_load_begin(&config, 100, &load));
    EXPECT(RV_OK, rv_load_end(load, NULL));
  }
}

static void refuses_vectors_and_ids(void) {
  static const char* const not_utf8[] = {"\x80",
                                         "a\xC3",
                                         "\xC0\xAF",
                                         "\xE0\x80\xAF",
                                         "\xED\xA0\x80",
                                         "\xF4\x90\x80\x80",
                                         "\xF8\x88",
                                         "\xE2\x28\xA1",
                                         "\xF0\x9F\x98",
                                         "\xFF",
                                         "\xF0\x82\x82\xAC",
                                         "ok\xC2"};
  static const char* const utf8[] = {"a",
                                     "\x7F",
                                     "\xC3\xA9",
                                     "\xE6\x97\xA5",
                                     "\xEF\xBF\xBF",
                                     "\xF0\x9F\x98\x80",
                                     "\xF4\x8F\xBF\xBF",
                                     "aa"};
  const rv_config config = config_of(RV_COSINE, 3);
  rv_index* index = NULL;
  EXPECT(RV_OK, rv_create(&config, &index));
  const float good[3] = {1, 2, 3}, zero[3] = {0, 0, 0}, nan[3] = {1, NAN, 1};
  const float infinite[3] = {INFINITY, 1, 1}, large[3] = {1e30f, 0, 0};
  EXPECT(RV_INVALID_VECTOR, add(index, "x", zero, 3));
  EXPECT(RV_INVALID_VECTOR, add(index, "x", nan, 3));
  EXPECT(RV_INVALID_VECTOR, add(index, "x", infinite, 3));
  EXPECT(RV_INVALID_VECTOR, add(index, "x", large, 3));
  EXPECT(RV_DIMENSION_MISMATCH, add(index, "x", good, 2));
  EXPECT(RV_DIMENSION_MISMATCH, add(index, "x", good, 0));
  EXPECT(RV_INVALID_ARGUMENT, rv_add(index, "", 0, good, 3));
  EXPECT(RV_INVALID_ARGUMENT, rv_add(index, NULL, 0, good, 3));
  for (size_t i = 0; i < sizeof not_utf8 / sizeof *not_utf8; ++i)
    EXPECT(RV_INVALID_ARGUMENT, add(index, not_utf8[i], good, 3));
  char longest[RV_MAX_ID_BYTES + 1];
  memset(longest, 'l', sizeof longest);
  EXPECT(RV_LIMIT_EXCEEDED, rv_add(index, longest, sizeof longest, good, 3));
  CHECK(rv_count(index) == 0);

  for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; ++i)
    EXPECT(RV_OK, add(index, utf8[i], good, 3));
  EXPECT(RV_OK, rv_add(index, longest, RV_MAX_ID_BYTES, good, 3));
  EXPECT(RV_OK, rv_add(index, "a\0b", 3, good, 3));
  for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; ++i)
    EXPECT(RV_DUPLICATE_ID, add(index, utf8[i], good, 3));
  EXPECT(RV_DUPLICATE_ID, rv_add(index, "a\0b", 3, good, 3));
  EXPECT(RV_NOT_FOUND, rv_delete(index, "a\0c", 3));
  EXPECT(RV_NOT_FOUND, rv_delete(index, "", 0));
  EXPECT(RV_OK, rv_delete(index, "a", 1));
  EXPECT(RV_NOT_FOUND, rv_delete(index, "a", 1));
  EXPECT(RV_OK, add(index, "a", good, 3));

  rv_match matches[3];
  uint32_t count = 99;
  EXPECT(RV_INVALID_VECTOR, rv_search(index, nan, 3, 3, 0, matches, &count));
  EXPECT(RV_INVALID_VECTOR, rv_search(index, zero, 3, 3, RV_EXACT, matches, &count));
  CHECK(count == 99);
  rv_destroy(index);
}

/* ---- against a list of records ---- */

enum { MOST = 300 };

typedef struct Model {
  struct {
    char id[16];
    float vector[DIMENSIONS];
  } records[MOST];
  uint32_t count;
} Model;

static double distance_of(uint32_t metric, const float* a, const float* b) {
  double sum = 0;
  for (uint32_t i = 0; i < DIMENSIONS; ++i) {
    const double x = a[i], y = b[i];
    sum += metric == RV_DOT ? -x * y : metric == RV_MANHATTAN ? fabs(x - y) : (x - y) * (x - y);
  }
  return metric == RV_EUCLIDEAN ? sqrt(sum) : sum;
}

/* Records keep their order, so equal distances come in order of insertion. */
static void compare(const Model* model, rv_index* index, uint32_t metric, const float* query) {
  char taken[MOST] = {0};
  rv_match matches[10];
  uint32_t found = 0;
  CHECK(rv_count(index) == model->count);
  EXPECT(RV_OK, rv_search(index, query, DIMENSIONS, 10, RV_EXACT, matches, &found));
  CHECK(found == (model->count < 10 ? model->count : 10));
  for (uint32_t n = 0; n < found; ++n) {
    uint32_t best = MOST;
    for (uint32_t i = 0; i < model->count; ++i)
      if (!taken[i] &&
          (best == MOST || distance_of(metric, query, model->records[i].vector) <
                               distance_of(metric, query, model->records[best].vector)))
        best = i;
    taken[best] = 1;
    char id[16];
    size_t bytes = 0;
    EXPECT(RV_OK, rv_id(index, matches[n].row, id, sizeof id, &bytes));
    CHECK(bytes == strlen(model->records[best].id));
    CHECK(memcmp(id, model->records[best].id, bytes) == 0);
    CHECK(matches[n].distance == distance_of(metric, query, model->records[best].vector));
  }
}

static void is_a_list_of_records(uint32_t metric) {
  static Model model;
  uint32_t state = 17 + metric, added = 0;
  const rv_config config = config_of(metric, DIMENSIONS);
  rv_index* index = NULL;
  memset(&model, 0, sizeof model);
  EXPECT(RV_OK, rv_create(&config, &index));
  for (int step = 0; step < 2000; ++step) {
    const uint32_t action = next_random(&state) % 100;
    if (action < (step < 700 ? 70u : 46u) && model.count < MOST) {
      float vector[DIMENSIONS];
      fill_vector(&state, vector, DIMENSIONS);
      snprintf(model.records[model.count].id, sizeof model.records->id, "r%u", added++);
      memcpy(model.records[model.count].vector, vector, sizeof vector);
      EXPECT(RV_OK, add(index, model.records[model.count].id, vector, DIMENSIONS));
      ++model.count;
    } else if (action < 95 && model.count > 0) {
      const uint32_t gone = next_random(&state) % model.count;
      const char* id = model.records[gone].id;
      EXPECT(RV_DUPLICATE_ID, add(index, id, model.records[gone].vector, DIMENSIONS));
      EXPECT(RV_OK, rv_delete(index, id, strlen(id)));
      EXPECT(RV_NOT_FOUND, rv_delete(index, id, strlen(id)));
      memmove(&model.records[gone], &model.records[gone + 1],
              (model.count - gone - 1) * sizeof *model.records);
      --model.count;
    } else if (action >= 97) {
      size_t bytes = 0, again = 0;
      unsigned char* snapshot = save(index, &bytes);
      rv_destroy(index);
      EXPECT(RV_OK, rv_load_bytes(&config, snapshot, bytes, &index));
      unsigned char* resaved = save(index, &again);
      CHECK(bytes == again && memcmp(snapshot, resaved, bytes) == 0);
      free(snapshot);
      free(resaved);
    }
    if (step % 10 == 0) {
      float query[DIMENSIONS];
      fill_vector(&state, query, DIMENSIONS);
      compare(&model, index, metric, query);
    }
  }
  CHECK(added > 700);
  rv_destroy(index);
}

/* ---- codes, graphs, and the memory of records that are gone ---- */

static void grows_codes_and_graphs(void) {
  const uint32_t kinds[][2] = {
      {RV_AUTO, RV_NO_CODES}, {RV_FLAT, RV_INT8}, {RV_HNSW, RV_NO_CODES}, {RV_HNSW, RV_RABITQ}};
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; ++kind) {
    rv_config config = config_of(RV_EUCLIDEAN, DIMENSIONS);
    config.index = kinds[kind][0];
    config.quantization = kinds[kind][1];
    config.M = 4;
    config.ef_construction = 16;
    rv_index* index = NULL;
    EXPECT(RV_OK, rv_create(&config, &index));
    uint32_t state = 5, pending = 99;
    float vector[DIMENSIONS];
    char id[16];
    for (uint32_t i = 0; i < 1300; ++i) {
      fill_vector(&state, vector, DIMENSIONS);
      snprintf(id, sizeof id, "%u", i);
      EXPECT(RV_OK, add(index, id, vector, DIMENSIONS));
    }
    EXPECT(RV_OK, rv_maintain(index, 1000, &pending));
    CHECK(pending == 0);
    rv_match matches[4], again[4];
    uint32_t found = 0;
    EXPECT(RV_OK, rv_search(index, vector, DIMENSIONS, 4, 50, matches, &found));
    CHECK(found == 4 && matches[0].distance == 0);
    size_t bytes = 0;
    unsigned char* snapshot = save(index, &bytes);
    rv_destroy(index);
    EXPECT(RV_OK, rv_load_bytes(NULL, snapshot, bytes, &index));
    EXPECT(RV_OK, rv_search(index, vector, DIMENSIONS, 4, 50, again, &found));
    for (uint32_t i = 0; i < 4; ++i)
      CHECK(matches[i].row == again[i].row && matches[i].distance == again[i].distance);
    free(snapshot);
    rv_destroy(index);
  }
}

static void does_not_grow_by_replacing(void) {
  const rv_config config = config_of(RV_DOT, DIMENSIONS);
  rv_index* index = NULL;
  uint32_t state = 3;
  size_t early = 0;
  float vector[DIMENSIONS];
  char id[16];
  EXPECT(RV_OK, rv_create(&config, &index));
  for (uint32_t i = 0; i < 20000; ++i) {
    snprintf(id, sizeof id, "%u", i % 50);
    fill_vector(&state, vector, DIMENSIONS);
    if (i >= 50) EXPECT(RV_OK, rv_delete(index, id, strlen(id)));
    EXPECT(RV_OK, add(index, id, vector, DIMENSIONS));
    if (i == 5000) early = rv_used_bytes(index);
  }
  CHECK(rv_count(index) == 50 && rv_used_bytes(index) < 2 * early);
  rv_destroy(index);
}

/* ---- snapshots ---- */

static void refuses_damage(const unsigned char* golden, size_t bytes) {
  rv_index* index = NULL;
  for (size_t length = 0; length < bytes; ++length) {
    /* Exactly as long, so that sanitizers see a read past its end. */
    unsigned char* cut = (unsigned char*)malloc(length + (length == 0));
    CHECK(cut != NULL);
    memcpy(cut, golden, length);
    EXPECT(length < 8 ? RV_NOT_SNAPSHOT : RV_FORMAT_CHECKSUM,
           rv_load_bytes(NULL, cut, length, &index));
    free(cut);
  }
  unsigned char* damaged = (unsigned char*)malloc(bytes + 1);
  CHECK(damaged != NULL);
  memcpy(damaged, golden, bytes);
  damaged[bytes] = 0;
  EXPECT(RV_FORMAT_CHECKSUM, rv_load_bytes(NULL, damaged, bytes + 1, &index));
  for (size_t at = 0; at < bytes; ++at)
    for (int bit = 0; bit < 8; bit += 3) {
      damaged[at] ^= (unsigned char)(1 << bit);
      const rv_status status = rv_load_bytes(NULL, damaged, bytes, &index);
      CHECK(status == (at < 8    ? RV_NOT_SNAPSHOT
                       : at < 10 ? RV_FORMAT_VERSION
                                 : RV_FORMAT_CHECKSUM));
      damaged[at] ^= (unsigned char)(1 << bit);
    }
  CHECK(index == NULL);
  free(damaged);
}

static void loads_what_the_package_wrote(const unsigned char* golden, size_t bytes) {
  rv_index* index = NULL;
  rv_config config = config_of(RV_COSINE, 20);
  EXPECT(RV_DIMENSION_MISMATCH, rv_load_bytes(&config, golden, bytes, &index));
  config = config_of(RV_DOT, 21);
  EXPECT(RV_METRIC_MISMATCH, rv_load_bytes(&config, golden, bytes, &index));
  CHECK(index == NULL);
  config = config_of(RV_COSINE, 21);
  EXPECT(RV_OK, rv_load_bytes(&config, golden, bytes, &index));
  CHECK(rv_count(index) == 12);
  char text[64];
  size_t length = 0;
  EXPECT(RV_OK, rv_id(index, 11, text, sizeof text, &length));
  CHECK(length == 12 && memcmp(text, "cosine \xC3\xA9 11", 12) == 0);
  EXPECT(RV_OK, rv_metadata(index, 3, text, sizeof text, &length));
  const char* const json = "{\"i\":3,\"tags\":[\"a\",null],\"t\":\"\xE6\x97\xA5\"}";
  CHECK(length == strlen(json) && memcmp(text, json, length) == 0);
  EXPECT(RV_OK, rv_metadata(index, 4, text, sizeof text, &length));
  CHECK(length == 0);
  size_t again = 0;
  unsigned char* resaved = save(index, &again);
  CHECK(again == bytes && memcmp(resaved, golden, bytes) == 0); /* model and metadata too */
  free(resaved);

  /* A record more, and one less: the others keep their metadata. */
  float vector[21] = {1};
  EXPECT(RV_OK, rv_delete(index, "cosine \xC3\xA9 0", 11));
  EXPECT(RV_OK, rv_add(index, "new", 3, vector, 21));
  resaved = save(index, &again);
  rv_destroy(index);
  EXPECT(RV_OK, rv_load_bytes(NULL, resaved, again, &index));
  EXPECT(RV_OK, rv_metadata(index, 2, text, sizeof text, &length));
  CHECK(length == strlen(json) && memcmp(text, json, length) == 0);
  EXPECT(RV_OK, rv_metadata(index, 11, text, sizeof text, &length));
  CHECK(length == 0);
  free(resaved);
  rv_destroy(index);
}

/* ---- memory that runs out ---- */

static long allocations_left = -1; /* negative: as many as wanted */

#ifdef __cplusplus
extern "C" {
#endif
/* The linker has every allocation of the library go through these (CMakeLists.txt). */
void* __real_malloc(size_t bytes);
void* __wrap_malloc(size_t bytes);
void* __real__ZnwmRKSt9nothrow_t(size_t bytes, const void* nothrow);
void* __wrap__ZnwmRKSt9nothrow_t(size_t bytes, const void* nothrow);

void* __wrap_malloc(size_t bytes) {
  if (allocations_left == 0) return NULL;
  if (allocations_left > 0) --allocations_left;
  return __real_malloc(bytes);
}

void* __wrap__ZnwmRKSt9nothrow_t(size_t bytes, const void* nothrow) {
  if (allocations_left == 0) return NULL;
  if (allocations_left > 0) --allocations_left;
  return __real__ZnwmRKSt9nothrow_t(bytes, nothrow);
}
#ifdef __cplusplus
}
#endif

/* Creates, adds, deletes, searches, saves, loads; the first status that is not RV_OK. */
static rv_status lives(size_t max_bytes, const unsigned char* golden, size_t bytes) {
  rv_config config = config_of(RV_COSINE, 21);
  rv_index *index = NULL, *loaded = NULL;
  rv_save* saving = NULL;
  rv_match matches[3];
  uint32_t found = 0, state = 9, added = 0, gone = 0;
  size_t total = 0;
  float vector[21];
  char id[16];
  config.max_bytes = max_bytes;
  rv_status status = rv_create(&config, &index);
  for (uint32_t i = 0; status == RV_OK && i < 40; ++i) {
    fill_vector(&state, vector, 21);
    snprintf(id, sizeof id, "%u", i);
    status = rv_add(index, id, strlen(id), vector, 21);
    if (status == RV_OK) ++added;
    CHECK(rv_count(index) == added - gone);
    if (i == 20 && status == RV_OK) {
      status = rv_delete(index, "7", 1);
      gone = status == RV_OK ? 1 : 0;
    }
  }
  if (status == RV_OK) status = rv_search(index, vector, 21, 3, 0, matches, &found);
  if (status == RV_OK) CHECK(found == 3 && matches[0].distance < 1e-6);
  if (status == RV_OK) status = rv_save_begin(index, &total, &saving);
  rv_save_end(saving);
  if (status == RV_OK) status = rv_load_bytes(&config, golden, bytes, &loaded);
  CHECK((loaded != NULL) == (status == RV_OK));
  rv_destroy(loaded);

  /* With memory again, whatever has failed: the index is whole. */
  allocations_left = -1;
  if (index != NULL && added > 0) {
    EXPECT(RV_OK, rv_search(index, vector, 21, 3, RV_EXACT, matches, &found));
    CHECK(found == (rv_count(index) < 3 ? rv_count(index) : 3));
    unsigned char* snapshot = save(index, &total);
    EXPECT(RV_OK, rv_load_bytes(NULL, snapshot, total, &loaded));
    CHECK(rv_count(loaded) == rv_count(index));
    rv_destroy(loaded);
    free(snapshot);
  }
  rv_destroy(index);
  return status;
}

static void survives_every_cap(const unsigned char* golden, size_t bytes) {
  size_t cap = 1;
  int refused = 0;
  for (; lives(cap, golden, bytes) != RV_OK; cap += 64, ++refused) CHECK(cap < 1000000);
  CHECK(refused > 50);
  long allocation = 0;
  rv_status status = RV_OK;
  do {
    allocations_left = allocation++;
    status = lives(0, golden, bytes);
    CHECK(status == RV_OK || status == RV_OUT_OF_MEMORY);
  } while (status != RV_OK);
  CHECK(allocation > 30);
  printf("out of memory at %d limits and at each of %ld allocations\n", refused, allocation - 1);
}

static void reuses_memory_at_the_cap(void) {
  rv_config config = config_of(RV_COSINE, DIMENSIONS);
  config.max_bytes = 6000;
  rv_index* index = NULL;
  EXPECT(RV_OK, rv_create(&config, &index));
  uint32_t state = 2, count = 0, found = 0;
  float vector[DIMENSIONS];
  char id[16];
  rv_status status = RV_OK;
  for (; status == RV_OK; ++count) {
    fill_vector(&state, vector, DIMENSIONS);
    snprintf(id, sizeof id, "%06u", count);
    status = add(index, id, vector, DIMENSIONS);
  }
  EXPECT(RV_OUT_OF_MEMORY, status);
  CHECK(--count > 20 && rv_count(index) == count);
  for (uint32_t i = 0; i < 500; ++i) {
    snprintf(id, sizeof id, "%06u", i);
    EXPECT(RV_OK, rv_delete(index, id, strlen(id)));
    snprintf(id, sizeof id, "%06u", i + count);
    EXPECT(RV_OK, add(index, id, vector, DIMENSIONS));
  }
  rv_match match;
  EXPECT(RV_OK, rv_search(index, vector, DIMENSIONS, 1, 0, &match, &found));
  CHECK(found == 1 && match.distance < 1e-6 && rv_count(index) == count);
  rv_destroy(index);
}

int main(int argc, char** argv) {
  static unsigned char golden[4096];
  FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: %s GOLDEN_SNAPSHOT_OF_COSINE\n", argv[0]);
    return 2;
  }
  const size_t bytes = fread(golden, 1, sizeof golden, file);
  fclose(file);

  refuses_misuse();
  refuses_configurations();
  refuses_vectors_and_ids();
  is_a_list_of_records(RV_DOT);
  is_a_list_of_records(RV_EUCLIDEAN);
  is_a_list_of_records(RV_MANHATTAN);
  grows_codes_and_graphs();
  does_not_grow_by_replacing();
  refuses_damage(golden, bytes);
  loads_what_the_package_wrote(golden, bytes);
  survives_every_cap(golden, bytes);
  reuses_memory_at_the_cap();
#ifdef __cplusplus
  printf("C++: ");
#else
  printf("C11: ");
#endif
  printf("%lu checks passed\n", checks);
  return 0;
}
