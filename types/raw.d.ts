/**
 * The Embind contract, by hand: numbers and addresses only; a flag comes back as 1 or 0. A test
 * compares the names here with the live module. A status is 0 or the value of `Status` in
 * src/base/status.h; what each call means stands in the C++ header named at its interface. Only
 * js/core, js/index, js/dag, js/mincut and js/snn use it.
 */

/** A byte offset into wasm memory; 0 is null. */
export type Address = number;
/** `Status` of src/base/status.h. */
export type StatusCode = number;

/** A core object: the functions `Collection.rows` and so on of the module, bound to its address. */
export interface RawHandle {
  readonly address: Address;
  /** Frees it. */
  delete(): void;
}

/** The fields of Config, src/engine/config.h, without the shape. */
export type RawConfig = readonly [
  index: number,
  M: number,
  efConstruction: number,
  seed: number,
  quantization: number,
  bits: number,
  keep: boolean,
];

/**
 * bindings/embind/module.cpp and the factories. These give 0 where there is no memory;
 * createCollection(), createGraph() and createNetwork() a status, which is below every address.
 */
export interface RawModule {
  readonly wasmMemory: WebAssembly.Memory;
  abi(): number;
  simd128(): number;
  dotIsSound(): number;
  allocate(bytes: number): Address;
  release(at: Address): void;
  crc32(crc: number, at: Address, bytes: number): number;
  createCollection(maxBytes: number, metric: number, dim: number, ...config: RawConfig): Address;
  createGraph(maxBytes: number, nodes: number): Address;
  createNetwork(maxBytes: number, neurons: number, edges: number): Address;
  exponential(x: number): number;
  createSaver(): Address;
  createLoader(maxBytes: number, ...config: RawConfig): Address;
  prefixBytes(at: Address, bytes: number): number;
  createDag(): Address;
}

/** src/engine/collection.h. */
export interface RawCollection extends RawHandle {
  rows(): number;
  usedBytes(): number;
  bytesPerRow(): number;
  vector(row: number): Address;
  stage(count: number): StatusCode;
  stagedRow(staged: number): Address;
  targets(): Address;
  commit(): StatusCode;
  remove(row: number): StatusCode;
  compact(): void;
  clear(): void;
  faulty(): number;
  pending(): number;
  linked(): number;
  maintain(rows: number): StatusCode;
  prepare(count: number, k: number): StatusCode;
  queries(): Address;
  filter(): Address;
  search(exact: boolean, ef: number, reach: number): StatusCode;
  /** kAny ends it, before the next write. */
  withhold(row: number): void;
  forcePlan(plan: number): void;
  neighbors(query: number): Address;
  found(query: number): number;
  /**
   * Of QueryCost: 0 plan, 1 distance evaluations, 2 codes, 3 reranked, 4 hops, 5 bytes, 6 fallbacks,
   * 7 selectivity, 8 expected, 9 tension, 10 width, 11 planning; 12: comparisons of building the graph.
   */
  cost(field: number): number;
  /** Of a query of the last search(). */
  spread(query: number, seeds: number, alpha: number, epsilon: number): StatusCode;
  /**
   * 0 how many there are; of what was done for them: 1 spikes, 2 neurons, 3 residual, 4 distance
   * evaluations, 5 hops, 6 bytes; 7 their address.
   */
  activations(field: number): number;
}

/** src/mincut/cuts.h. */
export interface RawGraph extends RawHandle {
  weight(u: number, v: number): number;
  set(u: number, v: number, weight: number, isMore: boolean): StatusCode;
  numbers(): Address;
  minCut(): StatusCode;
  maxFlow(source: number, sink: number): StatusCode;
  localCut(node: number, k: number, volume: number, delta: number, seed: number): StatusCode;
  connectivity(isNormalized: boolean): StatusCode;
  /** 0 edges, 1 bytes, 2 arcs scanned, 3 updates, 4 recomputes, 5 deferrals. */
  count(field: number): number;
}

/** src/snn/network.h. */
export interface RawNetwork extends RawHandle {
  /** 0 settings, 1 readings, 2 neurons, 3 weights, 4 ends, 5 lists, 6 spikes: time and neuron of each. */
  array(which: number): Address;
  start(): void;
  /** How many spikes, or all bits of a status turned; and so does run(). */
  step(ms: number): number;
  run(until: number, most: number): number;
  read(settles: boolean): void;
  spread(alpha: number, epsilon: number): StatusCode;
}

/** src/snapshot/writer.h. */
export interface RawSaver extends RawHandle {
  save(collection: Address): StatusCode;
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
  /** Of SectionWriter::Part: 0 offset, 1 address, 2 length. */
  part(part: number, field: number): number;
  /** Where the n-th host section lies. */
  hostOffset(section: number): number;
}

/** src/engine/load.h. */
export interface RawLoader extends RawHandle {
  open(prefix: Address, prefixBytes: number, totalBytes: number): StatusCode;
  next(): StatusCode;
  wantedOffset(): number;
  wantedAddress(): Address;
  wantedLength(): number;
  /** Metric, dim, then RawConfig. */
  config(field: number): number;
  take(): Address;
  sectionCount(): number;
  /** Of Section: 0 kind, 1 flags, 2 version, 3 crc, 4 offset, 5 length; 6 whether it is the engine's. */
  section(section: number, field: number): number;
}

/** bindings/embind/dag.cpp, which says what each call reads and writes of the numbers. */
export interface RawDag extends RawHandle {
  begin(nodes: number, edges: number): StatusCode;
  numbers(): Address;
  take(edges: number): StatusCode;
  analyze(): StatusCode;
  attention(mechanism: number, focus: number): StatusCode;
  raise(): StatusCode;
  execute(node: number): StatusCode;
  plateau(): StatusCode;
}
