import { bytesOf, invalid, kindOf } from './arguments.js';
import { RuVectorError } from './errors.js';
import { type Core, checkMagic, hostHasRelaxedSimd, notLoaded, start } from './module.js';

/** What the option `wasm` takes. */
export type GivenWasm = string | URL | Response | BufferSource | WebAssembly.Module;

/** WebAssembly, as bytes or compiled, and where it was looked for. */
export interface Found {
  readonly source: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  readonly from: string;
}

/** How one kind of host gets at the WebAssembly; core/host-*.ts implement it. */
export interface Host {
  /** `ruvector.wasm` as installed with the package, or its twin with relaxed SIMD. */
  installed(relaxed: boolean): Promise<Found>;
  /** The copy in the JavaScript, for when the file is lost; none where bytes may not be compiled. */
  inline?(): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes at a URL or, where the host has files, a path. */
  read(location: string): Promise<Uint8Array<ArrayBuffer>>;
}

let installed: Promise<Core> | undefined;
let newest: Promise<Core> | undefined;
const givenObjects = new WeakMap<object, Promise<Core>>();
const givenLocations = new Map<string, Promise<Core>>();

/** The core of `given`, or of the installed package. One instance a source; failures are retried. */
export function load(host: Host, given?: GivenWasm): Promise<Core> {
  const core = given === undefined ? loadOnce(host) : loadGivenOnce(host, given);
  core.then(
    () => {
      newest = core;
    },
    () => {}, // the caller hears of it
  );
  return core;
}

/** The core that was loaded last; where there is none, that of the installed package. */
export function latest(host: Host): Promise<Core> {
  return newest ?? load(host);
}

function loadOnce(host: Host): Promise<Core> {
  installed ??= loadInstalled(host).catch((error: unknown) => {
    installed = undefined;
    throw error;
  });
  return installed;
}

function loadGivenOnce(host: Host, given: GivenWasm): Promise<Core> {
  const known =
    typeof given === 'string' ||
    (typeof given === 'object' &&
      given !== null &&
      (isModule(given) || 'href' in given || 'arrayBuffer' in given || 'byteLength' in given));
  if (!known) throw invalid('wasm', 'a URL, path, Response, bytes or WebAssembly.Module', given);
  const key = typeof given === 'object' && 'href' in given ? given.href : given;
  const cache = (typeof key === 'string' ? givenLocations : givenObjects) as Map<
    unknown,
    Promise<Core>
  >;
  let core = cache.get(key);
  if (core === undefined) {
    core = loadGiven(host, given).catch((error: unknown) => {
      cache.delete(key);
      throw error;
    });
    cache.set(key, core);
  }
  return core;
}

async function loadInstalled(host: Host): Promise<Core> {
  // Faster where the host has it; whatever keeps it from loading, the other one does too or not.
  if (hostHasRelaxedSimd()) {
    try {
      const core = await startInstalled(host, true);
      if (core.raw.dotIsSound() !== 0) return core;
    } catch {}
  }
  try {
    return await startInstalled(host, false);
  } catch (first) {
    // The file is lost or replaced, as bundlers do: once, from the module that carries it.
    if (host.inline === undefined) throw first;
    try {
      return await start(await host.inline(), 'inline', 'the inline copy');
    } catch {
      throw first;
    }
  }
}

async function startInstalled(host: Host, relaxed: boolean): Promise<Core> {
  const { source, from } = await host.installed(relaxed);
  if (isModule(source)) return start(source, 'import', from);
  checkMagic(source as Uint8Array, from);
  return start(source, 'url', from);
}

async function loadGiven(host: Host, given: GivenWasm): Promise<Core> {
  if (isModule(given)) return start(given as WebAssembly.Module, 'given', 'the given module');
  const { bytes, from } = await read(host, given as string | URL | Response | BufferSource);
  checkMagic(bytes, from);
  return start(bytes, 'given', from);
}

/** Shapes, not `instanceof`: sandboxes hand over objects of another realm. */
async function read(
  host: Host,
  given: string | URL | Response | BufferSource,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly from: string }> {
  if (typeof given === 'string' || 'href' in given)
    return { bytes: await host.read(String(given)), from: String(given) };
  if ('arrayBuffer' in given) {
    const from = given.url || 'the given Response';
    return { bytes: await bytesOfResponse(given, from), from };
  }
  return { bytes: bytesOf(given), from: 'the given bytes' };
}

function isModule(given: GivenWasm): boolean {
  return kindOf(given) === 'WebAssembly.Module';
}

export async function bytesOfUrl(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await bytesOfResponse(await fetch(url), String(url));
  } catch (cause) {
    if (cause instanceof RuVectorError) throw cause;
    throw notLoaded(String(url), `a request that fails (${String(cause)})`, { cause });
  }
}

async function bytesOfResponse(response: Response, from: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok)
    throw notLoaded(from, `HTTP ${response.status}`, { details: { status: response.status } });
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw notLoaded(from, `an answer that cannot be read (${String(cause)})`, { cause });
  }
}
