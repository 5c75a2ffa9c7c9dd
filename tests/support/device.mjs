// The C interface (bindings/c/ruvector.h) of a device module, driven from JavaScript: what a C host
// does with pointers and structs, as methods.
export const STATUS = {
  OK: 0,
  INVALID_ARGUMENT: 1,
  INVALID_VECTOR: 2,
  OUT_OF_MEMORY: 3,
  LIMIT_EXCEEDED: 4,
  NOT_FOUND: 5,
  NOT_SNAPSHOT: 6,
  FORMAT_VERSION: 7,
  FORMAT_CHECKSUM: 8,
  DIMENSION_MISMATCH: 64,
  METRIC_MISMATCH: 65,
  DUPLICATE_ID: 66,
  BUFFER_TOO_SMALL: 67,
};
export const METRICS = ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming'];
export const EXACT = 0xffffffff;

/** -sSTACK_SIZE of CMakeLists.txt: the stack is below all data. */
export const STACK_BYTES = 16384;
export const PAGE_BYTES = 65536;
const CONFIG_BYTES = 40;
const MATCH_BYTES = 16;
const PAINT = 0xa5;

/** The module with a lower maximum of linear memory: its memory section, rewritten in place. */
export function capped(wasm, pages) {
  const bytes = Uint8Array.from(wasm);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = number() + at;
    if (id !== 5) {
      at = end;
      continue;
    }
    const [count, flags] = [number(), number()];
    number(); // the minimum
    const room = end - at;
    if (count !== 1 || flags !== 1) throw new Error('expected one memory with a maximum');
    for (let i = 0, left = pages; i < room; ++i, left >>>= 7)
      bytes[at + i] = (left & 0x7f) | (i < room - 1 ? 0x80 : 0);
    return bytes;
  }
  throw new Error('expected a memory section');
}

/** An instance of a device module, whose memory never passes `pages` of 64 KiB. */
export class Device {
  #argument; // room for one struct or output
  #room = { at: 0, bytes: 0 }; // and for whatever a call takes or gives

  constructor(wasm, { pages = 65536, initialize = (it) => it.exports._initialize() } = {}) {
    this.instance = new WebAssembly.Instance(new WebAssembly.Module(capped(wasm, pages)), {});
    this.c = this.instance.exports;
    initialize(this.instance);
    this.#argument = this.c.rv_alloc(64) >>> 0;
    if (this.#argument === 0) throw new Error('expected room for arguments');
    this.paintStack();
  }

  /** The pages that memory has. */
  get pages() {
    return this.c.memory.buffer.byteLength / PAGE_BYTES;
  }

  /** Between calls nothing is on the stack: what is painted and then changed was used by calls. */
  paintStack() {
    new Uint8Array(this.c.memory.buffer, 0, STACK_BYTES).fill(PAINT);
  }

  /** The most bytes of stack that a call has used since it was painted. */
  stackUsed() {
    const stack = new Uint8Array(this.c.memory.buffer, 0, STACK_BYTES);
    return STACK_BYTES - stack.findIndex((byte) => byte !== PAINT);
  }

  /** Room for `bytes`, the same at the next call; 0 where there is none. */
  room(bytes) {
    if (bytes > this.#room.bytes) {
      this.c.rv_free(this.#room.at);
      const at = this.c.rv_alloc(bytes) >>> 0;
      this.#room = { at, bytes: at === 0 ? 0 : bytes };
    }
    return this.#room.at;
  }

  #bytes(at, length) {
    return new Uint8Array(this.c.memory.buffer, at, length);
  }

  #u32(index = 0) {
    return new Uint32Array(this.c.memory.buffer, this.#argument, 16)[index];
  }

  #config(options) {
    const { metric = 'cosine', dimensions = 0, index = 0, M = 0, efConstruction = 0 } = options;
    const { seed = 1, quantization = 0, bits = 0, dropVectors = 0, maxBytes = 0 } = options;
    const fields = [METRICS.indexOf(metric), dimensions, index, M, efConstruction, seed];
    fields.push(quantization, bits, dropVectors, maxBytes);
    new Uint32Array(this.c.memory.buffer, this.#argument, CONFIG_BYTES / 4).set(fields);
    return this.#argument;
  }

  #handle(status) {
    return { status, index: status === 0 ? this.#u32(12) : 0 };
  }

  create(options) {
    return this.#handle(this.c.rv_create(this.#config(options), this.#argument + 48));
  }

  /** `vector`: a Float32Array, or a Uint8Array of packed bits. OUT_OF_MEMORY without room for it. */
  add(index, id, vector, dimensions = dimensionsOf(vector)) {
    const name = new TextEncoder().encode(id);
    const at = this.room(vector.byteLength + name.length);
    if (at === 0) return STATUS.OUT_OF_MEMORY;
    this.#bytes(at, vector.byteLength).set(bytesOf(vector));
    this.#bytes(at + vector.byteLength, name.length).set(name);
    return this.c.rv_add(index, at + vector.byteLength, name.length, at, dimensions);
  }

  delete(index, id) {
    const name = new TextEncoder().encode(id);
    const at = this.room(name.length);
    if (at === 0) return STATUS.OUT_OF_MEMORY;
    this.#bytes(at, name.length).set(name);
    return this.c.rv_delete(index, at, name.length);
  }

  /** What was found, as [row, distance]. */
  searchOnly(index, query, k, ef = 0, dimensions = dimensionsOf(query)) {
    const at = this.room(k * MATCH_BYTES + query.byteLength);
    if (at === 0) return { status: STATUS.OUT_OF_MEMORY };
    const from = at + k * MATCH_BYTES;
    this.#bytes(from, query.byteLength).set(bytesOf(query));
    const status = this.c.rv_search(index, from, dimensions, k, ef, at, this.#argument);
    if (status !== STATUS.OK) return { status };
    const view = new DataView(this.c.memory.buffer);
    const found = Array.from({ length: this.#u32() }, (_, i) => [
      view.getUint32(at + i * MATCH_BYTES, true),
      view.getFloat64(at + i * MATCH_BYTES + 8, true),
    ]);
    return { status, found };
  }

  /** The same as [id, distance]. */
  search(index, ...query) {
    const { status, found } = this.searchOnly(index, ...query);
    const named = found?.map(([row, distance]) => [this.text('rv_id', index, row), distance]);
    return { status, matches: named };
  }

  /** The id or the metadata of a row. */
  text(call, index, row) {
    const { at, bytes } = this.#room;
    let status = this.c[call](index, row, at, bytes, this.#argument);
    if (status === STATUS.BUFFER_TOO_SMALL) {
      const wider = this.room(this.#u32());
      status = this.c[call](index, row, wider, this.#u32(), this.#argument);
    }
    if (status !== 0) throw new Error(`${call}: status ${status}`);
    return new TextDecoder().decode(this.#bytes(this.#room.at, this.#u32()));
  }

  /** Loads range by range, as a host does that reads a file. */
  load(snapshot, options = {}) {
    const range = this.#argument + 48;
    let status = this.c.rv_load_begin(this.#config(options), snapshot.length, range);
    if (status !== 0) return { status, index: 0 };
    const load = this.#u32(12);
    for (;;) {
      status = this.c.rv_load_next(load, range);
      const [offset, length, to] = [this.#u32(12), this.#u32(13), this.#u32(14)];
      if (status !== 0 || length === 0) break;
      this.#bytes(to, length).set(snapshot.subarray(offset, offset + length));
    }
    const ended = this.c.rv_load_end(load, status === 0 ? range : 0);
    return this.#handle(status || ended);
  }

  /** The snapshot, read in pieces of `piece` bytes. */
  save(index, piece = 1000) {
    const status = this.c.rv_save_begin(index, this.#argument, this.#argument + 48);
    if (status !== 0) return { status };
    const save = this.#u32(12);
    const snapshot = new Uint8Array(this.#u32());
    const at = this.room(piece);
    if (at === 0) {
      this.c.rv_save_end(save);
      return { status: STATUS.OUT_OF_MEMORY };
    }
    for (let from = 0; from < snapshot.length; from += piece) {
      const length = Math.min(piece, snapshot.length - from);
      this.c.rv_save_read(save, from, length, at);
      snapshot.set(this.#bytes(at, length), from);
    }
    this.c.rv_save_end(save);
    return { status, snapshot };
  }
}

function bytesOf(vector) {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function dimensionsOf(vector) {
  return vector instanceof Uint8Array ? 8 * vector.length : vector.length;
}
