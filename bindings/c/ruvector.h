/* ruvector.h: vector search for C11 and C++, on devices and natively.
 *
 * An index holds vectors of one length under one metric, each with an id. It answers which of them
 * are nearest to a query, and is a snapshot when it is saved: the same bytes that `export()` of
 * @ruvector/wasm gives in a browser, and `import()` takes.
 *
 * Memory. All of an index is in memory that it takes itself; what goes in and comes out is copied
 * from and to memory of the caller. A pointer that is passed in is not kept, and need not be
 * aligned unless its type says so. Memory that runs out is a status, RV_OUT_OF_MEMORY, at every
 * call and at any point, and the index is then as it was before the call. Two limits bound it:
 * `max_bytes` of rv_config, and how far memory can grow at all.
 *
 * Status. Every call that can fail returns one; its outputs are written only with RV_OK, unless it
 * says otherwise. A null pointer where an object, an input of more than no bytes or an output is
 * wanted is RV_INVALID_ARGUMENT. What is not a live rv_index, rv_load or rv_save cannot be told
 * from one: do not pass it.
 *
 * Threads. None: calls on one index must not overlap. Searches change working memory.
 *
 * WebAssembly. ruvector.simd.wasm and ruvector.scalar.wasm (without SIMD, for interpreters) export
 * these functions and `memory`, and import nothing. The host calls the export `_initialize` once,
 * after instantiating and before anything else; no runtime does so by itself for a module without
 * imports (WAMR only for those that import WASI). Pointers are offsets into `memory`, size_t is 32
 * bits; rv_alloc() gives room for arguments. Memory may grow in any call: look its address up again
 * afterwards. Its declared maximum is 4 GiB. To have less, give the runtime a maximum on
 * instantiating (`max_memory_pages` of WAMR's InstantiationArgs; a page is 64 KiB), or lower it in
 * the module's memory section.
 */
#ifndef RUVECTOR_H
#define RUVECTOR_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RV_API __attribute__((visibility("default"), used))
#else
#define RV_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Values never change their meaning; new ones may be added. */
typedef enum rv_status {
  RV_OK = 0,
  RV_INVALID_ARGUMENT = 1,    /* outside the range that is documented at the call */
  RV_INVALID_VECTOR = 2,      /* a component is NaN or infinite, the length |x| above 1e18, or
                                 under cosine below 1e-15 */
  RV_OUT_OF_MEMORY = 3,       /* no more memory, or max_bytes is used up */
  RV_LIMIT_EXCEEDED = 4,      /* above a documented maximum */
  RV_NOT_FOUND = 5,           /* no record of this id or row */
  RV_NOT_SNAPSHOT = 6,        /* the bytes are no snapshot */
  RV_FORMAT_VERSION = 7,      /* a snapshot that needs a newer reader, or one with namespaces */
  RV_FORMAT_CHECKSUM = 8,     /* a snapshot that is damaged or cut off */
  RV_DIMENSION_MISMATCH = 64, /* not as long as the vectors of the index */
  RV_METRIC_MISMATCH = 65,    /* a snapshot of another metric than was asked for */
  RV_DUPLICATE_ID = 66,       /* the index has a record of this id */
  RV_BUFFER_TOO_SMALL = 67    /* the room that was given does not do; how much does was written */
} rv_status;

/* Distances, smaller is nearer. */
enum {
  RV_COSINE = 0,    /* 1 - cosine, in [0, 2] */
  RV_DOT = 1,       /* minus the dot product */
  RV_EUCLIDEAN = 2, /* length of the difference */
  RV_MANHATTAN = 3, /* sum of absolute differences */
  RV_HAMMING = 4    /* differing bits; vectors are packed bits, 8 dimensions a byte */
};

/* How an index finds what is near. */
enum {
  RV_FLAT = 0, /* compares with every vector */
  RV_HNSW = 1, /* a graph, from 1,024 records on, kept up to date by every write */
  RV_AUTO = 2  /* codes from 1,024 records on; a graph from 20,000 on, built by rv_maintain() */
};

/* Codes beside or instead of the vectors, from 1,024 records on; cosine, dot and euclidean only. */
enum { RV_NO_CODES = 0, RV_INT8 = 1, RV_RABITQ = 2 };

enum {
  RV_MAX_DIMENSIONS = 8192,    /* of floats */
  RV_MAX_HAMMING_BITS = 65536, /* dimensions under hamming */
  RV_MAX_ID_BYTES = 512,
  RV_MAX_K = 10000,
  RV_MAX_EF = 20000
};

/* What an index is made as. All zero but `dimensions` is an exact index under cosine. */
typedef struct rv_config {
  uint32_t metric;          /* RV_COSINE ... RV_HAMMING */
  uint32_t dimensions;      /* 1 to RV_MAX_DIMENSIONS; under hamming a multiple of 8, to
                               RV_MAX_HAMMING_BITS */
  uint32_t index;           /* RV_FLAT, RV_HNSW or RV_AUTO */
  uint32_t M;               /* links of a node of the graph, 2 to 64; 0: 16 */
  uint32_t ef_construction; /* width of an insertion, 1 to RV_MAX_EF; 0: 200 */
  uint32_t seed;            /* of the graph */
  uint32_t quantization;    /* RV_NO_CODES, RV_INT8 or RV_RABITQ */
  uint32_t bits;            /* of RV_RABITQ, 1 to 8 a component; 0: 1 */
  uint32_t drop_vectors;    /* not 0: only the codes are kept, where there are any */
  size_t max_bytes;         /* bounds ids, vectors, codes and graph; 0: no bound. What a search
                               needs is outside it, so that a full index still answers */
} rv_config;

typedef struct rv_index rv_index;
typedef struct rv_load rv_load;
typedef struct rv_save rv_save;

/* A neighbour: which row, and how far. */
typedef struct rv_match {
  uint32_t row;
  double distance;
} rv_match;

/* ---- memory for arguments, where the caller has no other (WebAssembly) ---- */

/* Returns room for `bytes`, aligned for any type, or null where there is none. */
RV_API void* rv_alloc(size_t bytes);

/* Takes it back; null is allowed. */
RV_API void rv_free(void* room);

/* ---- an index ---- */

/* Makes an empty index; rv_destroy() ends it. RV_INVALID_ARGUMENT: a field of `config` outside its
 * range, or codes under manhattan or hamming; RV_LIMIT_EXCEEDED: too many dimensions;
 * RV_OUT_OF_MEMORY. */
RV_API rv_status rv_create(const rv_config* config, rv_index** index);

/* Frees it; null is allowed. An rv_save of it must have ended. */
RV_API void rv_destroy(rv_index* index);

/* What the index was made as, max_bytes included. */
RV_API rv_status rv_describe(const rv_index* index, rv_config* config);

/* Records in it; 0 for null. */
RV_API uint32_t rv_count(const rv_index* index);

/* Bytes that it has taken, those for searches included; 0 for null. */
RV_API size_t rv_used_bytes(const rv_index* index);

/* ---- records ---- */

/* Adds a record. `id` is UTF-8 of 1 to RV_MAX_ID_BYTES bytes; it ends with `id_bytes`, not with a
 * zero. `vector` holds `dimensions` floats, or under hamming dimensions / 8 bytes. Rows may be
 * renumbered. RV_INVALID_ARGUMENT: an id that is empty or not UTF-8; RV_LIMIT_EXCEEDED: a longer
 * one, or 2^31 - 1 records; RV_DUPLICATE_ID; RV_DIMENSION_MISMATCH; RV_INVALID_VECTOR;
 * RV_OUT_OF_MEMORY. To replace a record, delete it first. */
RV_API rv_status rv_add(rv_index* index, const char* id, size_t id_bytes, const void* vector,
                        uint32_t dimensions);

/* Takes a record out. Its memory serves records that are added later. RV_NOT_FOUND. */
RV_API rv_status rv_delete(rv_index* index, const char* id, size_t id_bytes);

/* Copies the id of a row, without a zero behind it, to `id`, which has room for `capacity` bytes:
 * RV_MAX_ID_BYTES always do. `bytes` becomes its length, with RV_BUFFER_TOO_SMALL too. A row names
 * a record until the next rv_add(), rv_delete() or rv_save_begin(). RV_NOT_FOUND. */
RV_API rv_status rv_id(const rv_index* index, uint32_t row, char* id, size_t capacity,
                       size_t* bytes);

/* The same for the metadata that a snapshot brought along: JSON, or no bytes where there is none.
 */
RV_API rv_status rv_metadata(const rv_index* index, uint32_t row, char* json, size_t capacity,
                             size_t* bytes);

/* Does up to `rows` rows of the work that writes have left for later in an index of type RV_AUTO,
 * and writes how many are left to `pending`. RV_OUT_OF_MEMORY: no room for a graph; searches do
 * without. */
RV_API rv_status rv_maintain(rv_index* index, uint32_t rows, uint32_t* pending);

/* ---- search ---- */

#define RV_EXACT 0xFFFFFFFFu

/* Writes the min(k, rv_count()) records nearest to `query` to `matches`, nearest first, equal ones
 * in order of their rows, and their number to `found`. `query` is as a vector of rv_add(). `k` is 1
 * to RV_MAX_K, and `matches` has room for as many. `ef` is the effort of an index with a graph or
 * codes, 1 to RV_MAX_EF: more finds more of the true neighbours, and takes longer. 0 leaves it to
 * the index, RV_EXACT compares with every vector. RV_INVALID_ARGUMENT: k = 0; RV_LIMIT_EXCEEDED: k
 * or ef above its maximum; RV_DIMENSION_MISMATCH; RV_INVALID_VECTOR; RV_OUT_OF_MEMORY. */
RV_API rv_status rv_search(rv_index* index, const void* query, uint32_t dimensions, uint32_t k,
                           uint32_t ef, rv_match* matches, uint32_t* found);

/* ---- snapshots ---- */

/* The bytes of a snapshot that are wanted next: `length` from `offset` on, to be copied to `to`. */
typedef struct rv_range {
  size_t offset;
  size_t length; /* 0: the snapshot is loaded */
  void* to;
} rv_range;

/* Begins to load a snapshot of `total_bytes` without holding it in memory. The caller makes copies:
 *
 *   rv_load_begin(&config, total_bytes, &load);
 *   while ((status = rv_load_next(load, &range)) == RV_OK && range.length > 0)
 *     copy `range` from the file;
 *   rv_load_end(load, status == RV_OK ? &index : NULL);
 *
 * `config` may be null. With `dimensions` other than 0 it says what the snapshot has to be:
 * RV_DIMENSION_MISMATCH or RV_METRIC_MISMATCH otherwise, before vectors are copied. Its max_bytes
 * bounds the index. Its other fields, from `index` on, are the form that a snapshot of vectors
 * alone takes; one with codes or a graph says itself what it is. RV_INVALID_ARGUMENT: a field
 * outside its range; RV_OUT_OF_MEMORY. */
RV_API rv_status rv_load_begin(const rv_config* config, size_t total_bytes, rv_load** load);

/* Checks the last range, the CRC-32 of each section included, and says which comes next. After any
 * status but RV_OK only rv_load_end() makes sense. RV_NOT_SNAPSHOT, RV_FORMAT_VERSION,
 * RV_FORMAT_CHECKSUM, RV_DIMENSION_MISMATCH, RV_METRIC_MISMATCH, RV_LIMIT_EXCEEDED,
 * RV_OUT_OF_MEMORY. */
RV_API rv_status rv_load_next(rv_load* load, rv_range* range);

/* Ends the load and frees it, null is allowed. With `index` not null, hands the index over:
 * RV_INVALID_ARGUMENT unless rv_load_next() said that the snapshot is loaded. */
RV_API rv_status rv_load_end(rv_load* load, rv_index** index);

/* Loads a snapshot that is in memory; see rv_load_begin() and rv_load_next(). */
RV_API rv_status rv_load_bytes(const rv_config* config, const void* snapshot, size_t bytes,
                               rv_index** index);

/* Begins to save the index, which must not be written to until rv_save_end(), and writes how many
 * bytes the snapshot has to `total_bytes`. What a loaded snapshot had beside its vectors is in it
 * too: metadata, model, and sections of newer versions that may be skipped. RV_OUT_OF_MEMORY. */
RV_API rv_status rv_save_begin(rv_index* index, size_t* total_bytes, rv_save** save);

/* Copies the bytes [offset, offset + length) of the snapshot to `to`. RV_INVALID_ARGUMENT: not all
 * of them are in it. */
RV_API rv_status rv_save_read(const rv_save* save, size_t offset, size_t length, void* to);

/* Frees it; null is allowed. */
RV_API void rv_save_end(rv_save* save);

#ifdef __cplusplus
}
#endif

#endif
