// Writes the golden snapshots: `node tests/golden/make.mjs`. A committed file stays as it is for as
// long as its format version is read; a new version adds files.
import { writeFileSync } from 'node:fs';
import { createIndex } from '../support/package.mjs';
import { goldenOptions, goldenQueries, goldenRecords } from './content.mjs';

const results = {};
for (const metric of Object.keys(goldenOptions)) {
  const index = await createIndex(goldenOptions[metric]);
  index.upsert(goldenRecords(metric));
  writeFileSync(new URL(`v1-${metric}.rv`, import.meta.url), index.export());
  results[metric] = goldenQueries(metric).map((query) =>
    index.query(query, { topK: 4 }).matches.map(({ id, distance, score }) => [id, distance, score]),
  );
}
const text = `${JSON.stringify(results, null, 2)}\n`;
writeFileSync(new URL('v1-results.json', import.meta.url), text);
