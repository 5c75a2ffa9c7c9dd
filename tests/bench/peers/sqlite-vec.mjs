import { load } from './load.mjs';

export const peer = {
  name: 'sqlite-vec',
  kind: 'native, scan',
  exact: true,
  // better-sqlite3 may have to be compiled, which takes minutes.
  slow: true,
  packages: { 'sqlite-vec': '0.1.9', 'better-sqlite3': '12.11.1' },
};

export async function create({ dim }) {
  const Database = (await load(peer, 'better-sqlite3')).default;
  const base = new Database(':memory:');
  (await load(peer, 'sqlite-vec')).load(base);
  base.exec(`create virtual table t using vec0(vector float[${dim}] distance_metric=cosine)`);
  const insert = base.prepare('insert into t(rowid, vector) values (?, ?)');
  const select = base.prepare('select rowid from t where vector match ? and k = ?').pluck();
  const bytes = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return {
    add: base.transaction((first, vectors) => {
      for (let i = 0; i * dim < vectors.length; ++i)
        insert.run(BigInt(first + i), bytes(vectors.subarray(i * dim, (i + 1) * dim)));
    }),
    search: (query, k) => select.all(bytes(query), k),
  };
}
