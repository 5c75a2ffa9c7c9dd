import { load } from './load.mjs';

export const peer = {
  name: 'PGlite + pgvector',
  kind: 'wasm, HNSW in PostgreSQL',
  packages: { '@electric-sql/pglite': '0.5.14', '@electric-sql/pglite-pgvector': '0.0.15' },
};

export async function create({ dim, M, efConstruction }) {
  const { PGlite } = await load(peer, '@electric-sql/pglite');
  const { vector } = await load(peer, '@electric-sql/pglite-pgvector');
  const base = await PGlite.create({ extensions: { vector } });
  await base.exec(`create extension vector; create table t (id int primary key, v vector(${dim}));
    create index on t using hnsw (v vector_ip_ops) with (m = ${M}, ef_construction = ${efConstruction});
    set enable_seqscan = off`);
  const text = (row) => `[${row.join()}]`;
  return {
    async add(first, vectors) {
      const rows = Array.from(
        { length: vectors.length / dim },
        (_, i) => `(${first + i},'${text(vectors.subarray(i * dim, (i + 1) * dim))}')`,
      );
      while (rows.length > 0) await base.exec(`insert into t values ${rows.splice(0, 500)}`);
    },
    setEf: (ef) => base.exec(`set hnsw.ef_search = ${Math.min(ef, 1000)}`),
    search: (query, k) =>
      base.query(`select id from t order by v <#> $1 limit ${k}`, [text(query)]),
    rows: ({ rows }) => rows.map(({ id }) => id),
  };
}
