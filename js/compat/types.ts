import type { IndexOptions, Metadata, VectorInput } from '../types.js';

type WasmSource = NonNullable<IndexOptions['wasm']>;

/** Where the WebAssembly comes from, instead of the package's own file. */
export type WasmInput =
  | WasmSource
  | Promise<WasmSource>
  | { readonly module_or_path: WasmSource | Promise<WasmSource> };

export interface NewEntry<M extends object = Metadata> {
  readonly vector: VectorInput;
  /** Made where there is none. */
  readonly id?: string | null | undefined;
  readonly metadata?: M | null | undefined;
}

export interface VectorEntry<M extends object = Metadata> {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata?: M;
}

export interface SearchResult<M extends object = Metadata> extends VectorEntry<M> {
  /** A distance, as it was in 0.1.x: lower is nearer. */
  readonly score: number;
}
