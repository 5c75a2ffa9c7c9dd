import type { Address, RawModule } from '../../types/raw.js';
import { notNull } from './status.js';

/**
 * The one file that touches wasm memory.
 *
 * Rule: take a fresh view, use it, drop it. Any call into wasm may grow the memory, which detaches
 * every earlier view; reads then give `undefined` and writes vanish, silently. No view leaves this
 * file: what goes out is copied.
 */
export class Heap {
  readonly #raw: RawModule;

  constructor(raw: RawModule) {
    this.#raw = raw;
  }

  /** Size of the whole wasm memory in bytes. */
  get byteLength(): number {
    return this.#raw.wasmMemory.buffer.byteLength;
  }

  /** Numbers as they lie in wasm: bytes, or f32. */
  write(at: Address, numbers: ArrayLike<number>, asBytes: boolean): void {
    this.#view(at, numbers.length, asBytes).set(numbers);
  }

  /** `count` bytes, or f32, as plain numbers. */
  read(at: Address, count: number, asBytes: boolean): number[] {
    return Array.from(this.#view(at, count, asBytes));
  }

  writeUint32s(at: Address, numbers: ArrayLike<number>): void {
    new Uint32Array(this.#raw.wasmMemory.buffer, at, numbers.length).set(numbers);
  }

  readUint32s(at: Address, count: number): number[] {
    return Array.from(new Uint32Array(this.#raw.wasmMemory.buffer, at, count));
  }

  /** `count` numbers, each `stride` numbers after the last. */
  readFloat64s(at: Address, count: number, stride: number = 1): number[] {
    const all = new Float64Array(this.#raw.wasmMemory.buffer, at);
    const numbers = new Array<number>(count);
    for (let i = 0; i < count; ++i) numbers[i] = all[i * stride] as number;
    return numbers;
  }

  writeFloat64s(at: Address, numbers: ArrayLike<number>): void {
    new Float64Array(this.#raw.wasmMemory.buffer, at, numbers.length).set(numbers);
  }

  /** Sets, or adds to, numbers that are `stride` numbers apart; by default as many as `values`. */
  putFloat64s(
    at: Address,
    stride: number,
    values: ArrayLike<number>,
    places?: ArrayLike<number>,
    isMore: boolean = false,
  ): void {
    const all = new Float64Array(this.#raw.wasmMemory.buffer, at);
    for (let i = 0; i < values.length; ++i) {
      const place = (places === undefined ? i : (places[i] as number)) * stride;
      all[place] = (isMore ? (all[place] as number) : 0) + (values[i] as number);
    }
  }

  /** Copies wasm memory into `out`. */
  readBytes(at: Address, out: Uint8Array): void {
    out.set(this.#view(at, out.length, true));
  }

  /** Visits `count` rv::Neighbor (src/base/top_k.h). `visit` must not call into wasm. */
  forEachNeighbor(
    at: Address,
    count: number,
    visit: (row: number, distance: number, place: number) => void,
  ): void {
    const rows = new Uint32Array(this.#raw.wasmMemory.buffer, at, 2 * count);
    const distances = new Float32Array(this.#raw.wasmMemory.buffer, at, 2 * count);
    for (let i = 0; i < count; ++i) visit(rows[2 * i] as number, distances[2 * i + 1] as number, i);
  }

  /** Calls `use` with `bytes` copied into wasm, for as long as the call lasts. */
  withCopy<T>(bytes: Uint8Array, use: (at: Address) => T): T {
    const at = notNull(this.#raw.allocate(Math.max(bytes.length, 1)) || null);
    try {
      this.write(at, bytes, true);
      return use(at);
    } finally {
      this.#raw.release(at);
    }
  }

  /** CRC-32 of host bytes of any length, in pieces so that wasm never holds a second copy. */
  crc32(bytes: Uint8Array): number {
    const piece = 1 << 18;
    let crc = 0;
    for (let from = 0; from < bytes.length; from += piece) {
      const part = bytes.subarray(from, from + piece);
      crc = this.withCopy(part, (at) => this.#raw.crc32(crc, at, part.length));
    }
    return crc;
  }

  #view(at: Address, count: number, asBytes: boolean): Uint8Array | Float32Array {
    return new (asBytes ? Uint8Array : Float32Array)(this.#raw.wasmMemory.buffer, at, count);
  }
}
