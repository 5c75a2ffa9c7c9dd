// A storage adapter over a Map that outlives it, and fails where it is told to.

/** What can go wrong at a write: how much of the value is kept, and whether the program lives on. */
export const FAULTS = {
  'dies before': { keeps: 0, dies: true },
  'dies in the middle': { keeps: 0.5, dies: true },
  'dies after': { keeps: 1, dies: true },
  'fails, nothing kept': { keeps: 0, dies: false },
  'fails, half kept': { keeps: 0.5, dies: false },
  'fails, all kept': { keeps: 1, dies: false },
};

export class Died extends Error {}

/**
 * `values`: what a crash leaves. The write or deletion number `at` (from 0) meets `fault`; after a
 * death every call fails.
 */
export function faultyStorage(values, { at = -1, fault = FAULTS['dies before'], name } = {}) {
  let points = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Died('after its death');
  };
  /** Does `whole`, or at the chosen point what the fault leaves of it. */
  const point = (whole, part) => {
    alive();
    if (points++ !== at) return whole();
    if (fault.keeps === 1) whole();
    else if (fault.keeps > 0) part(fault.keeps);
    dead = fault.dies;
    throw Object.assign(new Died(`point ${at}`), name && { name });
  };
  return {
    backend: 'faulty',
    get points() {
      return points;
    },
    get dead() {
      return dead;
    },
    async read(key) {
      alive();
      return values.get(key)?.slice();
    },
    async write(key, value) {
      await Promise.resolve();
      point(
        () => values.set(key, value.slice()),
        (share) => values.set(key, value.slice(0, Math.floor(share * value.length))),
      );
    },
    async delete(keys) {
      await Promise.resolve();
      point(
        () => remove(values, keys),
        (share) => remove(values, keys.slice(0, Math.ceil(share * keys.length))),
      );
    },
    async list() {
      alive();
      return [...values.keys()];
    },
  };
}

function remove(values, keys) {
  for (const key of keys) values.delete(key);
}
