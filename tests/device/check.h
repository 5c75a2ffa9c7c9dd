/* What the C tests share: checks that say where they failed, seeded numbers, and an index by its
 * defaults. C11 and C++. */
#ifndef RV_CHECK_H
#define RV_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/c/ruvector.h"

static unsigned long checks = 0;

#define CHECK(condition)                                                       \
  do {                                                                         \
    ++checks;                                                                  \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#define EXPECT(status, call)                                                                    \
  do {                                                                                          \
    const rv_status got = (call);                                                               \
    ++checks;                                                                                   \
    if (got != (status)) {                                                                      \
      fprintf(stderr, "%s:%d: expected %s of %s, got %d\n", __FILE__, __LINE__, #status, #call, \
              (int)got);                                                                        \
      exit(1);                                                                                  \
    }                                                                                           \
  } while (0)

/* mulberry32. */
static uint32_t next_random(uint32_t* state) {
  uint32_t mixed = *state += 0x6d2b79f5u;
  mixed = (mixed ^ (mixed >> 15)) * (mixed | 1u);
  mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61u);
  return mixed ^ (mixed >> 14);
}

/* Small integers, so that sums are exact and equal distances abound; never all zero. */
static void fill_vector(uint32_t* state, float* vector, uint32_t dimensions) {
  for (uint32_t i = 0; i < dimensions; ++i) vector[i] = (float)(next_random(state) % 9) - 4.0f;
  if (vector[0] == 0) vector[0] = 5;
}

static rv_config config_of(uint32_t metric, uint32_t dimensions) {
  rv_config config;
  memset(&config, 0, sizeof config);
  config.metric = metric;
  config.dimensions = dimensions;
  return config;
}

static rv_status add(rv_index* index, const char* id, const float* vector, uint32_t dimensions) {
  return rv_add(index, id, strlen(id), vector, dimensions);
}

/* The whole snapshot, to be freed. */
static unsigned char* save(rv_index* index, size_t* bytes) {
  rv_save* saving = NULL;
  EXPECT(RV_OK, rv_save_begin(index, bytes, &saving));
  unsigned char* snapshot = (unsigned char*)malloc(*bytes);
  CHECK(snapshot != NULL);
  /* In pieces of another size than anything in it. */
  for (size_t at = 0; at < *bytes; at += 37)
    EXPECT(RV_OK, rv_save_read(saving, at, *bytes - at < 37 ? *bytes - at : 37, snapshot + at));
  rv_save_end(saving);
  return snapshot;
}

#endif
