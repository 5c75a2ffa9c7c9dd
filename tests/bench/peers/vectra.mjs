import { mkdtempSync, rmSync } from 'node:fs';
import { load } from './load.mjs';

export const peer = {
  name: 'vectra',
  kind: 'JavaScript, scan of a file',
  exact: true,
  whole: true,
  packages: { vectra: '0.12.3' },
};

export async function create({ dim }) {
  const { LocalIndex } = await load(peer, 'vectra');
  const folder = mkdtempSync('/tmp/rv-vectra-');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const index = new LocalIndex(folder);
  await index.createIndex({ version: 1 });
  return {
    async add(first, vectors) {
      await index.beginUpdate();
      for (let i = 0; i * dim < vectors.length; ++i) {
        const vector = Array.from(vectors.subarray(i * dim, (i + 1) * dim));
        await index.insertItem({ id: `${first + i}`, vector });
      }
      await index.endUpdate();
    },
    search: (query, k) => index.queryItems(Array.from(query), '', k),
    rows: (found) => found.map(({ item }) => item.id),
  };
}
