// Storage that several databases of one program share as tabs do: a lock, a channel, and tabs that die.

/** A place; `tab(hooks)` is how one tab sees it. Hooks run before a verb, and may throw or wait. */
export function sharedPlace(name) {
  const values = new Map();
  const queue = []; // the first has the lock
  return {
    values,
    tab(hooks = {}) {
      let dead = false;
      let mine;
      const meet = async (verb, ...args) => {
        await hooks[verb]?.(...args);
        // Nothing that a dead tab began comes back.
        if (dead) await new Promise(() => {});
      };
      const release = () => {
        queue.splice(queue.indexOf(mine), 1);
        queue[0]?.have();
      };
      return {
        backend: 'shared',
        channel: name,
        get dead() {
          return dead;
        },
        async read(key) {
          await meet('read', key);
          return values.get(key)?.slice();
        },
        async write(key, value) {
          await meet('write', key, value);
          values.set(key, value.slice());
        },
        async delete(keys) {
          await meet('delete', keys);
          for (const key of keys) values.delete(key);
        },
        async list() {
          await meet('list');
          return [...values.keys()];
        },
        async lock(wait) {
          if (queue.length > 0 && !wait) return undefined;
          await new Promise((have, reject) => {
            mine = { have };
            queue.push(mine);
            if (queue[0] === mine) have();
            wait?.addEventListener('abort', () => {
              if (queue[0] !== mine) release();
              reject(wait.reason);
            });
          });
          return release;
        },
        die() {
          dead = true;
          if (queue.includes(mine)) release();
        },
      };
    },
  };
}

/** Waits until `isSo`, for ten seconds at most. */
export async function until(isSo, what) {
  for (let tries = 0; !(await isSo()); ++tries) {
    if (tries === 1000) throw new Error(`${what}: still not`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
