/* A C host of a device module on WAMR: plays the scenarios of scenarios.mjs, and prints what came
 * of them as JSON. A trap is exit code 3. Ids are taken to need no escapes.
 *
 *   host MODULE PAGES answers SNAPSHOT QUERIES DIMENSIONS K EF
 *   host MODULE PAGES fill DIMENSIONS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bindings/c/ruvector.h"
#include "wasm_export.h"

enum { STACK = 16384, PAINT = 0xA5, ARGUMENT_BYTES = 64, ID_BYTES = 32, WASM_MATCH_BYTES = 16 };

static wasm_module_inst_t instance;
static wasm_exec_env_t environment;

static void* at(uint32_t address) { return wasm_runtime_addr_app_to_native(instance, address); }

static uint32_t call(const char* name, uint32_t count, const uint32_t* arguments) {
  uint32_t cells[8] = {0};
  wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name);
  if (function == NULL) {
    fprintf(stderr, "the module has no %s\n", name);
    exit(2);
  }
  memcpy(cells, arguments, count * sizeof *cells);
  if (!wasm_runtime_call_wasm(environment, function, count, cells)) {
    fprintf(stderr, "trap in %s: %s\n", name, wasm_runtime_get_exception(instance));
    exit(3);
  }
  return cells[0];
}

#define CALL(name, ...) call(name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static uint32_t word(uint32_t address) {
  uint32_t value;
  memcpy(&value, at(address), sizeof value);
  return value;
}

static uint32_t allocate(uint32_t bytes) {
  const uint32_t room = CALL("rv_alloc", bytes);
  if (room == 0) {
    fprintf(stderr, "no room for arguments\n");
    exit(2);
  }
  return room;
}

static unsigned char* read_file(const char* path, uint32_t* bytes) {
  FILE* file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  *bytes = (uint32_t)ftell(file);
  rewind(file);
  unsigned char* content = malloc(*bytes + 1);
  if (content == NULL || fread(content, 1, *bytes, file) != *bytes) exit(2);
  fclose(file);
  return content;
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t stack_used(void) {
  const unsigned char* stack = at(0);
  uint32_t unused = 0;
  while (unused < STACK && stack[unused] == PAINT) ++unused;
  return STACK - unused;
}

/* An rv_config of wasm32: metric and dimensions, the rest as usual. */
static void write_config(uint32_t to, uint32_t metric, uint32_t dimensions) {
  const uint32_t config[10] = {metric, dimensions};
  memcpy(at(to), config, sizeof config);
}

/* ---- answers ---- */

static uint32_t load(const char* path, uint32_t argument) {
  FILE* file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) exit(2);
  const uint32_t bytes = (uint32_t)ftell(file);
  uint32_t status = CALL("rv_load_begin", 0, bytes, argument);
  const uint32_t loading = word(argument);
  while (status == 0 && (status = CALL("rv_load_next", loading, argument)) == 0) {
    const uint32_t offset = word(argument), length = word(argument + 4), to = word(argument + 8);
    if (length == 0) break;
    if (fseek(file, (long)offset, SEEK_SET) != 0 || fread(at(to), 1, length, file) != length)
      exit(2);
  }
  fclose(file);
  if (status == 0) status = CALL("rv_load_end", loading, argument);
  if (status != 0) {
    fprintf(stderr, "the snapshot cannot be loaded: status %u\n", status);
    exit(1);
  }
  return word(argument);
}

static uint32_t search(uint32_t index, uint32_t query, uint32_t dimensions, uint32_t k, uint32_t ef,
                       uint32_t matches, uint32_t argument) {
  const uint32_t status = CALL("rv_search", index, query, dimensions, k, ef, matches, argument);
  if (status != 0) {
    fprintf(stderr, "a search failed: status %u\n", status);
    exit(1);
  }
  return word(argument);
}

static void answers(char** arguments, double started) {
  const uint32_t dimensions = (uint32_t)atol(arguments[2]), k = (uint32_t)atol(arguments[3]);
  const uint32_t ef = (uint32_t)strtoul(arguments[4], NULL, 10), row_bytes = 4 * dimensions;
  const uint32_t argument = allocate(ARGUMENT_BYTES), id = allocate(RV_MAX_ID_BYTES);
  const uint32_t matches = allocate(k * WASM_MATCH_BYTES), query = allocate(row_bytes);
  const uint32_t index = load(arguments[0], argument);
  uint32_t bytes = 0;
  unsigned char* queries = read_file(arguments[1], &bytes);
  const uint32_t count = bytes / row_bytes;
  double first = 0;
  printf("\"count\":%u,\"answers\":[", CALL("rv_count", index));
  for (uint32_t i = 0; i < count; ++i) {
    memcpy(at(query), queries + i * row_bytes, row_bytes);
    const uint32_t found = search(index, query, dimensions, k, ef, matches, argument);
    if (i == 0) first = seconds(CLOCK_MONOTONIC) - started;
    printf("%s[", i == 0 ? "" : ",");
    for (uint32_t n = 0; n < found; ++n) {
      uint64_t bits;
      memcpy(&bits, (char*)at(matches) + n * WASM_MATCH_BYTES + 8, sizeof bits);
      const uint32_t row = word(matches + n * WASM_MATCH_BYTES);
      if (CALL("rv_id", index, row, id, RV_MAX_ID_BYTES, argument) != 0) exit(1);
      printf("%s[\"%.*s\",\"%016llx\"]", n == 0 ? "" : ",", (int)word(argument), (char*)at(id),
             (unsigned long long)bits);
    }
    printf("]");
  }
  const clockid_t own = CLOCK_PROCESS_CPUTIME_ID; /* whoever else uses the processor */
  const double start = seconds(own);
  uint32_t searches = 0;
  for (; seconds(own) - start < 1; ++searches) {
    memcpy(at(query), queries + searches % count * row_bytes, row_bytes);
    search(index, query, dimensions, k, ef, matches, argument);
  }
  printf("],\"queriesPerSecond\":%.1f,\"firstAnswerMs\":%.2f,\"usedBytes\":%u",
         searches / (seconds(own) - start), 1000 * first, CALL("rv_used_bytes", index));
  free(queries);
}

/* ---- fill ---- */

static void write_vector(uint32_t to, uint32_t number, uint32_t dimensions) {
  float* vector = at(to);
  for (uint32_t i = 0; i < dimensions; ++i)
    vector[i] = (float)((number * 7919 + i * 104729) % 2003) / 1001.0f - 1.0f;
}

static uint32_t add(uint32_t index, uint32_t number, uint32_t id, uint32_t vector,
                    uint32_t dimensions) {
  const int bytes = snprintf(at(id), ID_BYTES, "n%u", number);
  write_vector(vector, number, dimensions);
  return CALL("rv_add", index, id, (uint32_t)bytes, vector, dimensions);
}

static void fill(char** arguments) {
  const uint32_t dimensions = (uint32_t)atol(arguments[0]), swaps = 100;
  const uint32_t argument = allocate(ARGUMENT_BYTES), id = allocate(ID_BYTES);
  const uint32_t vector = allocate(4 * dimensions), match = allocate(WASM_MATCH_BYTES);
  write_config(argument, RV_COSINE, dimensions);
  uint32_t status = CALL("rv_create", argument, argument + 48), added = 0, failed = 0;
  const uint32_t index = word(argument + 48);
  while (status == 0) {
    status = add(index, added, id, vector, dimensions);
    if (status == 0) ++added;
  }
  printf("\"added\":%u,\"refused\":%u", added, status);
  write_vector(vector, 5, dimensions);
  status = CALL("rv_search", index, vector, dimensions, 1, RV_EXACT, match, argument);
  printf(",\"searched\":%u", status);
  if (status == 0 && CALL("rv_id", index, word(match), id, ID_BYTES, argument) == 0)
    printf(",\"nearest\":\"%.*s\"", (int)word(argument), (char*)at(id));
  for (uint32_t i = 0; i < swaps; ++i) {
    const int bytes = snprintf(at(id), ID_BYTES, "n%u", i);
    failed += CALL("rv_delete", index, id, (uint32_t)bytes) != 0;
    failed += add(index, added + i, id, vector, dimensions) != 0;
  }
  printf(",\"failedSwaps\":%u,\"count\":%u", failed, CALL("rv_count", index));
}

int main(int argc, char** argv) {
  static char pool[16 << 20];
  char error[128];
  RuntimeInitArgs runtime;
  InstantiationArgs limits;
  if (!(argc == 9 && strcmp(argv[3], "answers") == 0) &&
      !(argc == 5 && strcmp(argv[3], "fill") == 0))
    return 2;
  memset(&runtime, 0, sizeof runtime);
  runtime.mem_alloc_type = Alloc_With_Pool;
  runtime.mem_alloc_option.pool.heap_buf = pool;
  runtime.mem_alloc_option.pool.heap_size = sizeof pool;
  if (!wasm_runtime_full_init(&runtime)) return 2;
  uint32_t bytes = 0;
  unsigned char* file = read_file(argv[1], &bytes);
  const double started = seconds(CLOCK_MONOTONIC);
  wasm_module_t module = wasm_runtime_load(file, bytes, error, sizeof error);
  memset(&limits, 0, sizeof limits);
  limits.default_stack_size = 8 * 1024; /* of the interpreter, not of the module */
  limits.max_memory_pages = (uint32_t)atol(argv[2]);
  if (module != NULL) instance = wasm_runtime_instantiate_ex(module, &limits, error, sizeof error);
  if (instance == NULL) {
    fprintf(stderr, "%s: %s\n", argv[1], error);
    return 2;
  }
  environment = wasm_runtime_create_exec_env(instance, 8 * 1024);
  call("_initialize", 0, NULL); /* nobody else does */
  memset(at(0), PAINT, STACK);

  printf("{");
  if (argc == 9)
    answers(argv + 4, started);
  else
    fill(argv + 4);
  mem_alloc_info_t used;
  wasm_runtime_get_mem_alloc_info(&used);
  const wasm_memory_inst_t memory = wasm_runtime_get_default_memory(instance);
  printf(",\"pages\":%u,\"stackBytes\":%u,\"runtimeBytes\":%u}\n",
         (unsigned)wasm_memory_get_cur_page_count(memory), stack_used(), used.highmark_size);
  return 0;
}
