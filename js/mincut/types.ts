import type { IndexOptions } from '../types.js';

export interface GraphOptions {
  /** How many nodes there are, named 0 to `nodes` - 1: 2 to 16,777,216. */
  readonly nodes: number;
  /** Bytes of WebAssembly memory that the graph may take, answers included. */
  readonly maxMemoryBytes?: number;
  /** Where the WebAssembly comes from, instead of the package's own file. */
  readonly wasm?: IndexOptions['wasm'];
}

/** An edge of a witness: its node on `side`, the other one, and its weight. */
export type CutEdge = readonly [inside: number, outside: number, weight: number];

/** Counted work of one answer. */
export interface CutWork {
  /** Looks at edges, from either end. */
  readonly edgesScanned: number;
}

export interface Cut {
  /** The sum of the weights of `witness`. */
  readonly value: number;
  /** The nodes on one side, ascending; of `minCut()` half of all at most. */
  readonly side: readonly number[];
  /** The edges between the sides. */
  readonly witness: readonly CutEdge[];
  readonly work: CutWork;
}

/** `side` has the source, and is part of the side of every other minimum cut: there is one such. */
export interface MaxFlow extends Cut {
  /** The edges of `witness` of which one alone, made heavier, makes the flow greater. */
  readonly bottlenecks: readonly CutEdge[];
}

/** `side` has the node that was asked about. */
export interface LocalCut extends Cut {
  /** The sum of the degrees of `side`, by weight. */
  readonly volume: number;
}

export interface LocalCutOptions {
  /** The most that the cut may weigh. */
  readonly k: number;
  /** What the degrees of its side may sum to. */
  readonly volume: number;
  /** How likely it may be, at most, that a cut that is there is not found; by default 0.01. */
  readonly delta?: number;
  /** Of what is random: the same seed, the same answer; by default 1. */
  readonly seed?: number;
}

export interface Connectivity {
  readonly value: number;
  /** An eigenvalue is no further off than this, but for rounding. */
  readonly error: number;
  readonly work: CutWork;
}

export interface GraphStats {
  readonly nodes: number;
  readonly edges: number;
  readonly memoryBytes: number;
  /** What keeping the minimum cut has cost since the graph was made. */
  readonly cut: {
    readonly edgesScanned: number;
    /** Changes since the first `minCut()`; edges that are inserted together count each. */
    readonly updates: number;
    /** How often it was found from nothing. */
    readonly recomputes: number;
    /** Changes after which there was no memory to find it: `minCut()` tries again. */
    readonly deferrals: number;
  };
}

/** An undirected graph with weighted edges. What is thrown leaves it as it was. */
export interface Graph extends Disposable {
  readonly nodes: number;

  /**
   * Adds an edge; where there is one, `weight` to its weight. `weight` is a number above 0, by default
   * 1. @returns the weight that the edge has now
   * @throws INVALID_ARGUMENT, INVALID_GRAPH for an edge from a node to itself, OUT_OF_MEMORY
   */
  insert(u: number, v: number, weight?: number): number;

  /** `insert` of edges from[i] to[i], all or none; typed arrays are fastest. */
  insertMany(from: ArrayLike<number>, to: ArrayLike<number>, weights?: ArrayLike<number>): void;

  /** Takes an edge out, whole. @returns whether there was one */
  delete(u: number, v: number): boolean;

  /**
   * Gives an edge another weight, above 0. @returns the one it had
   * @throws NOT_FOUND where there is no edge
   */
  reweight(u: number, v: number, weight: number): number;

  /** 0 where there is no edge. */
  weight(u: number, v: number): number;

  /**
   * The cut of least weight: 0, with one of the parts as a side, where the graph is not connected.
   * Exact where weights are integers that sum to less than 2^53, else but for 1e-12 of their sum.
   * From the first call on it is kept exact under every change, which costs little near where it is;
   * `work` is all since the last call.
   * @throws OUT_OF_MEMORY
   */
  minCut(): Cut;

  /**
   * How much can flow from `source` to `sink` where an edge takes its weight, either way; the least cut
   * between the two.
   * @throws INVALID_ARGUMENT, INVALID_GRAPH where the two are one, OUT_OF_MEMORY
   */
  maxFlow(source: number, sink: number): MaxFlow;

  /**
   * A small cut around `node`, by a search that stays near it. Of integer weights: where there is one of
   * `k` at most whose side has the volume `volume` at most, one of `k` at most is found but with
   * probability `delta`; its side may have 8 max(k, 1) times that volume. Whatever is found is a cut of
   * `k` at most. @returns undefined where none was found
   * @throws INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  localCut(node: number, options: LocalCutOptions): LocalCut | undefined;

  /**
   * The second least eigenvalue of the Laplacian: 0, but for rounding, where the graph is not
   * connected, and the greater the better it is. `normalized`: of that of random walks, in [0, 2],
   * which bounds the conductance h of the graph (Cheeger): h^2 / 2 <= value <= 2 h.
   * @throws OUT_OF_MEMORY
   */
  algebraicConnectivity(options?: { readonly normalized?: boolean }): Connectivity;

  stats(): GraphStats;

  /** Gives the memory back; every other method throws CLOSED after that. */
  dispose(): void;
}
