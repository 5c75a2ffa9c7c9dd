import { invalid } from './arguments.js';
import { RuVectorError } from './errors.js';
import { type Core, checkMagic, REMEDY, start, type WasmSource } from './module.js';

/** What the option `wasm` takes. */
export type GivenWasm = string | URL | Response | BufferSource | WebAssembly.Module;

/** How one kind of host gets at bytes; core/host-*.ts implement it. */
export interface Host {
  /** `ruvector.wasm` as installed with the package, and where it was looked for. */
  installed(): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly from: string }>;
  /** The bytes at a URL or, where the host has files, a path. */
  read(location: string): Promise<Uint8Array<ArrayBuffer>>;
}

let installed: Promise<Core> | undefined;
const givenObjects = new WeakMap<object, Promise<Core>>();
const givenLocations = new Map<string, Promise<Core>>();

/** The core of `given`, or of the installed package. One instance a source; failures are retried. */
export function load(host: Host, given?: GivenWasm): Promise<Core> {
  if (given === undefined) {
    installed ??= loadInstalled(host).catch((error: unknown) => {
      installed = undefined;
      throw error;
    });
    return installed;
  }
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null))
    throw invalid('wasm', 'a URL, path, Response, bytes or WebAssembly.Module', given);
  const cache = (typeof given === 'string' ? givenLocations : givenObjects) as Map<
    unknown,
    Promise<Core>
  >;
  let core = cache.get(given);
  if (core === undefined) {
    core = loadGiven(host, given).catch((error: unknown) => {
      cache.delete(given);
      throw error;
    });
    cache.set(given, core);
  }
  return core;
}

async function loadInstalled(host: Host): Promise<Core> {
  try {
    const { bytes, from } = await host.installed();
    checkMagic(bytes, from);
    return await start(bytes, 'url');
  } catch (first) {
    if (first instanceof RuVectorError && first.code === 'WASM_UNSUPPORTED') throw first;
    // The file is lost or replaced, as bundlers do: once, from the module that carries it.
    try {
      const { wasmBytes } = await import('../inline.js');
      return await start(wasmBytes(), 'inline');
    } catch {
      throw first;
    }
  }
}

async function loadGiven(host: Host, given: GivenWasm): Promise<Core> {
  return start(await sourceOf(host, given), 'given');
}

/** Shapes, not `instanceof`: sandboxes hand over objects of another realm. */
async function sourceOf(host: Host, given: GivenWasm): Promise<WasmSource> {
  if (typeof given === 'string' || 'href' in given) {
    const location = String(given);
    const bytes = await host.read(location);
    checkMagic(bytes, location);
    return bytes;
  }
  if ('arrayBuffer' in given) {
    const bytes = await bytesOfResponse(given, given.url || 'the given Response');
    checkMagic(bytes, given.url || 'the given Response');
    return bytes;
  }
  if (ArrayBuffer.isView(given)) {
    checkMagic(new Uint8Array(given.buffer, given.byteOffset, given.byteLength), 'the given bytes');
    return given;
  }
  if ('byteLength' in given) checkMagic(new Uint8Array(given), 'the given bytes');
  return given;
}

export async function bytesOfUrl(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new RuVectorError(
      'WASM_LOAD_FAILED',
      `expected WebAssembly from ${url}, but the request failed: ${String(cause)}`,
      { cause, details: { from: String(url) } },
    );
  }
  return bytesOfResponse(response, String(url));
}

async function bytesOfResponse(response: Response, from: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok)
    throw new RuVectorError(
      'WASM_LOAD_FAILED',
      `expected WebAssembly from ${from}, got HTTP ${response.status}. ${REMEDY}`,
      { details: { from, status: response.status } },
    );
  return new Uint8Array(await response.arrayBuffer());
}
