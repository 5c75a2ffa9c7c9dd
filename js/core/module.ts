import type { Address, RawHandle, RawModule } from '../../types/raw.js';
import { type ErrorDetails, RuVectorError } from './errors.js';
import createModule from './glue.js';
import { Heap } from './heap.js';
import { check, OUT_OF_MEMORY, STATUS } from './status.js';

/** A running wasm instance. Indexes made from the same source share one. */
export interface Core {
  readonly raw: RawModule;
  readonly heap: Heap;
  readonly loadedFrom: LoadedFrom;
}

export type LoadedFrom = 'url' | 'import' | 'inline' | 'given';

/** What `WebAssembly.instantiate` takes. */
export type WasmSource = BufferSource | WebAssembly.Module;

/** `abi()` of bindings/embind/module.cpp that this facade is written for. */
const ABI = 4;

/** (module (func (drop (i8x16.splat (i32.const 0))))) */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0],
  ...[65, 0, 253, 15, 26, 11],
);

export function hostHasSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(SIMD_PROBE);
}

/** (module (func (drop (i8x16.relaxed_swizzle (v128.const 0) (v128.const 0))))) */
const RELAXED_SIMD_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 44, 1, 42, 0],
  ...[0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xfd, 0x80, 2, 0x1a, 0x0b],
);

export function hostHasRelaxedSimd(): boolean {
  return hostHasSimd() && WebAssembly.validate(RELAXED_SIMD_PROBE);
}

/** `from` says in messages where `source` is from. */
export async function start(
  source: WasmSource,
  loadedFrom: LoadedFrom,
  from: string,
): Promise<Core> {
  let raw: RawModule;
  try {
    raw = await instantiate(source);
  } catch (cause) {
    throw notStarted(cause, from);
  }
  if (raw.abi() !== ABI)
    throw notLoaded(
      from,
      `ABI ${raw.abi()} instead of ${ABI}: it is of another version than the JavaScript`,
    );
  return { raw, heap: new Heap(raw), loadedFrom };
}

/** The error for a host that does not run the module: it cannot, or may not, or it is another module. */
function notStarted(cause: unknown, from: string): RuVectorError {
  if (!hostHasSimd())
    return new RuVectorError(
      'WASM_UNSUPPORTED',
      'expected a host with WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or newer), ' +
        'got one without. Update it, or end what turns that off, as Lockdown Mode',
      { cause },
    );
  const said = String(cause).trim();
  const remedy = /content.security.policy|\bCSP\b|unsafe-eval/i.test(said)
    ? "Add 'wasm-unsafe-eval' to script-src of its Content-Security-Policy; an extension's is in manifest.json"
    : /code generation/i.test(said)
      ? "Import '@ruvector/wasm/ruvector.wasm' as a module, and pass that as the option 'wasm'"
      : undefined;
  return notLoaded(from, `a module that does not start (${said})`, { cause }, remedy);
}

/** The glue gives the module at once; this promise waits until it runs, or says why it does not. */
function instantiate(source: WasmSource): Promise<RawModule> {
  return new Promise((resolve, reject) => {
    const raw = createModule({
      instantiateWasm(imports, done) {
        // Which overload ran is told by the result, not by `instanceof`: some sandboxes hand over
        // a Module of another realm.
        const result: Promise<WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance> =
          WebAssembly.instantiate(source as BufferSource, imports);
        result
          .then((it) => {
            done('instance' in it ? it.instance : it);
            resolve(raw);
          })
          .catch(reject);
        return {};
      },
    });
  });
}

/**
 * The core object at `address`, with the functions of its class as methods. Where there is none, the
 * address is 0, for want of memory, or a status.
 */
export function handle<T extends RawHandle>(
  raw: RawModule,
  kind: 'Collection' | 'Saver' | 'Loader' | 'Dag' | 'Graph' | 'Network',
  address: Address,
): T {
  if (address < STATUS.length) check(address || OUT_OF_MEMORY);
  const object: Record<string, unknown> = { address };
  for (const [name, call] of Object.entries(raw))
    if (name.startsWith(`${kind}.`))
      object[name.slice(kind.length + 1)] = call.bind(undefined, address);
  return object as unknown as T;
}

const COPY =
  "Copy dist/ruvector.wasm of @ruvector/wasm there, or pass its URL or bytes as the option 'wasm' " +
  "(wasmBytes() of '@ruvector/wasm/inline' needs no file)";

/** The error for a place that does not give the module: what came, and what to do. */
export function notLoaded(
  from: string,
  got: string,
  options: { readonly cause?: unknown; readonly details?: ErrorDetails } = {},
  remedy: string = COPY,
): RuVectorError {
  return new RuVectorError(
    'WASM_LOAD_FAILED',
    `expected the ruvector.wasm of this version from ${from}, got ${got}. ${remedy}`,
    { ...options, details: { from, ...options.details } },
  );
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/** Throws WASM_LOAD_FAILED, saying what came instead, unless `bytes` begin like wasm. */
export function checkMagic(bytes: Uint8Array, from: string): void {
  if (MAGIC.every((byte, i) => bytes[i] === byte)) return;
  const head = bytes.subarray(0, 24);
  const text = new TextDecoder().decode(head).trimStart();
  const hex = Array.from(head.subarray(0, 8), (b) => b.toString(16).padStart(2, '0')).join(' ');
  const got =
    bytes.length === 0
      ? 'nothing'
      : text.startsWith('<')
        ? `HTML (${JSON.stringify(text)}): the server answers unknown paths with a page`
        : `bytes ${hex} instead of 00 61 73 6d`;
  throw notLoaded(from, got, { details: { firstBytes: hex } });
}
