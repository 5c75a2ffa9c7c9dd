import { checkInteger } from '../core/arguments.js';
import { hostHasSimd } from '../core/module.js';
import { VERSION } from '../core/version.js';
import { VectorDB } from './vector-db.js';

/** Enough for clocks that browsers made coarse. */
const BENCHMARK_MS = 10;

/** Whether this host runs WebAssembly SIMD; without it `init()` rejects with WASM_UNSUPPORTED. */
export function detectSIMD(): boolean {
  return hostHasSimd();
}

/** Version of this package. */
export function version(): string {
  return VERSION;
}

export function arrayToFloat32Array(array: ArrayLike<number>): Float32Array {
  return Float32Array.from(array);
}

/**
 * Inserts `iterations` random vectors into a new VectorDB, over again if that takes no time to speak
 * of. @returns insertions a second; they are on the timeline of `performance` as `name`
 */
export function benchmark(name: string, iterations: number, dimensions: number): number {
  checkInteger('iterations', iterations, 1, 1e6);
  const db = new VectorDB(dimensions, 'cosine', false);
  try {
    let [done, end] = [0, 0];
    const start = performance.now();
    do {
      for (let i = 0; i < iterations; ++i)
        db.insert(Float32Array.from({ length: dimensions }, Math.random), `vec_${i}`);
      done += iterations;
      end = performance.now();
    } while (end - start < BENCHMARK_MS);
    performance.measure(name, { start, end });
    return (1000 * done) / (end - start);
  } finally {
    db.free();
  }
}
