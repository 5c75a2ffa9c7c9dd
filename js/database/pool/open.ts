import type { Port } from '../calls.js';
import { bytesOfSnapshot } from '../source.js';
import type { SnapshotSource } from '../types.js';
import { PoolPort } from './pool.js';

/**
 * Opens the other shards of a database, all or none: one that fails closes those that did not.
 * `snapshot`: the contents of a database that holds nothing yet.
 */
export async function openPool(
  first: Port,
  shards: number,
  snapshot: SnapshotSource | undefined,
  open: (shard: number) => Promise<Port>,
): Promise<Port> {
  const others = await Promise.allSettled(
    Array.from({ length: shards - 1 }, (_, i) => open(i + 1)),
  );
  const ports = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
  const pool = new PoolPort([first, ...ports]);
  try {
    for (const other of others) if (other.status === 'rejected') throw other.reason;
    const { version, role } = pool.standing;
    if (snapshot !== undefined && version === 0 && role === 'writer') {
      const bytes = await bytesOfSnapshot(snapshot);
      await pool.call({ verb: 'import', namespace: '', args: [bytes] });
    }
    return pool;
  } catch (error) {
    await pool.call({ verb: 'close', namespace: '', args: [] }).catch(() => {});
    throw error;
  }
}
