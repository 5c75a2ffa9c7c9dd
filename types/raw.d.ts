/**
 * The Embind contract, by hand: numbers and addresses only. A test compares the names here with
 * the live module. A status is 0 or the value of `Status` in src/base/status.h; what each call
 * means stands in the C++ header named at its interface. Only js/core and js/index use it.
 */

/** A byte offset into wasm memory; 0 is null. */
export type Address = number;
/** `Status` of src/base/status.h. */
export type StatusCode = number;

/** Freed by the host. */
export interface RawHandle {
  delete(): void;
}

/** bindings/embind/module.cpp and the factories. */
export interface RawModule {
  readonly wasmMemory: WebAssembly.Memory;
  abi(): number;
  simd128(): boolean;
  allocate(bytes: number): Address;
  release(at: Address): void;
  crc32(crc: number, at: Address, bytes: number): number;
  createCollection(metric: number, dim: number, maxBytes: number): RawCollection | null;
  createSaver(): RawSaver | null;
  createLoader(maxBytes: number): RawLoader | null;
  prefixBytes(at: Address, bytes: number): number;
}

/** src/engine/collection.h. */
export interface RawCollection extends RawHandle {
  rows(): number;
  usedBytes(): number;
  row(row: number): Address;
  stage(count: number): StatusCode;
  targets(): Address;
  commit(): StatusCode;
  remove(row: number): StatusCode;
  compact(): void;
  clear(): void;
  faulty(): number;
  prepare(count: number, k: number): StatusCode;
  queries(): Address;
  search(): StatusCode;
  neighbors(query: number): Address;
  found(query: number): number;
  distanceEvaluations(): number;
  bytesRead(): number;
}

/** src/snapshot/writer.h. */
export interface RawSaver extends RawHandle {
  save(collection: RawCollection): StatusCode;
  addHostSection(
    kind: number,
    flags: number,
    version: number,
    bytes: number,
    crc: number,
  ): StatusCode;
  finish(): StatusCode;
  totalBytes(): number;
  partCount(): number;
  partOffset(part: number): number;
  partAddress(part: number): Address;
  partLength(part: number): number;
  sectionCount(): number;
  sectionOffset(section: number): number;
}

/** src/engine/load.h. */
export interface RawLoader extends RawHandle {
  open(prefix: Address, prefixBytes: number, totalBytes: number): StatusCode;
  next(): StatusCode;
  wantedOffset(): number;
  wantedAddress(): Address;
  wantedLength(): number;
  metric(): number;
  dim(): number;
  take(): RawCollection | null;
  sectionCount(): number;
  sectionKind(section: number): number;
  sectionFlags(section: number): number;
  sectionVersion(section: number): number;
  sectionCrc(section: number): number;
  sectionOffset(section: number): number;
  sectionLength(section: number): number;
}
