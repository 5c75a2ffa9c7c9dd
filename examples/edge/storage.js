/** Bytes in a row: SQLite in a Durable Object takes 2 MB, and values may be more than 8 MiB. */
const PART = 2 ** 20;

/**
 * The SQLite of a Durable Object (`ctx.storage`) as a place for `open()`: values under keys, each in
 * rows of a megabyte. A Durable Object is one of its kind, so it needs no lock.
 * @returns {import('@ruvector/wasm').StorageAdapter}
 */
export function durableStorage(storage) {
  const { sql } = storage;
  sql.exec(
    'CREATE TABLE IF NOT EXISTS ruvector (key TEXT, part INTEGER, bytes BLOB, PRIMARY KEY (key, part))',
  );
  const remove = (key) => sql.exec('DELETE FROM ruvector WHERE key = ?', key);
  return {
    backend: 'durable-object',
    async read(key) {
      const rows = sql
        .exec('SELECT bytes FROM ruvector WHERE key = ? ORDER BY part', key)
        .toArray();
      return rows.length > 0 ? joined(rows.map(({ bytes }) => new Uint8Array(bytes))) : undefined;
    },
    async write(key, value) {
      storage.transactionSync(() => {
        remove(key);
        // An empty value is a row too.
        for (let at = 0, part = 0; part === 0 || at < value.length; at += PART, ++part)
          sql.exec('INSERT INTO ruvector VALUES (?, ?, ?)', key, part, value.slice(at, at + PART));
      });
      await storage.sync(); // kept over a crash from here on
    },
    async delete(keys) {
      storage.transactionSync(() => keys.forEach(remove));
      await storage.sync();
    },
    async list() {
      return sql
        .exec('SELECT DISTINCT key FROM ruvector')
        .toArray()
        .map(({ key }) => key);
    },
    async usage() {
      return { usage: sql.databaseSize, persisted: true, evictionRisk: 'none' };
    },
  };
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
