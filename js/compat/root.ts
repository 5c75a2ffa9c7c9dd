import { isPlainObject } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { type GivenWasm, type Host, load } from '../core/load.js';
import type { Core } from '../core/module.js';
import type { Database, OpenOptions } from '../database/types.js';
import type { WasmInput } from './types.js';

/** What `init()` leaves for the rest, whose calls do not wait: the running module, and how to open. */
export interface Root {
  readonly core: Core;
  /** Where the module came from, for what loads by itself. */
  readonly wasm: { readonly wasm?: GivenWasm };
  readonly open: (name: string, options: OpenOptions) => Promise<Database>;
}

let root: Root | undefined;

export async function initOn(host: Host, open: Root['open'], input?: WasmInput): Promise<void> {
  const given = await (isPlainObject(input) ? input.module_or_path : input);
  const wasm = given === undefined ? {} : { wasm: given as GivenWasm };
  root = { core: await load(host, wasm.wasm), wasm, open };
}

export function initialised(): Root {
  if (root === undefined)
    throw new RuVectorError(
      'WASM_LOAD_FAILED',
      'expected the WebAssembly to be loaded, got a call before that: call init() first, and await it',
    );
  return root;
}
