// The device modules, which import nothing: in this Node, and on WAMR where it is installed, which
// WAMR_ROOT or iwasm on the PATH says. Each opens a snapshot of the package and answers as that does.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answers, bitsOf } from '../../device/scenarios.mjs';
import { findWamr, runHost } from '../../device/wamr.mjs';
import { Device } from '../../support/device.mjs';
import { itemsOf, seededVectors } from '../../support/random.mjs';
import { filesOf, install } from '../../support/tarball.mjs';
import { Missing } from '../installed.mjs';

const DIMENSIONS = 384;
const TOP_K = 10;
const PAGES = 256;
const MODULES = ['scalar', 'simd'];

/** The packed modules, a snapshot of the package, queries, and what the package answers. */
async function given({ tarball, home }) {
  install(filesOf(tarball), home);
  const dist = join(home, 'node_modules/@ruvector/wasm/dist');
  const { createIndex } = await import(pathToFileURL(join(dist, 'node.js')));
  const index = await createIndex({ dimensions: DIMENSIONS });
  index.upsert(itemsOf(seededVectors({ seed: 1, count: 1000, dimensions: DIMENSIONS })));
  const queries = seededVectors({ seed: 2, count: 5, dimensions: DIMENSIONS });
  const [snapshot, asked] = [join(home, 'index.rv'), join(home, 'queries.f32')];
  writeFileSync(snapshot, index.export());
  writeFileSync(asked, Buffer.concat(queries.map((it) => Buffer.from(it.buffer))));
  const wanted = queries.map((query) =>
    index.query(query, { topK: TOP_K }).matches.map(({ id, distance }) => [id, bitsOf(distance)]),
  );
  index.dispose();
  return {
    module: (name) => join(dist, `ruvector.${name}.wasm`),
    snapshot,
    asked,
    queries,
    wanted,
  };
}

async function inNode(row) {
  const { module, snapshot, queries, wanted } = await given(row);
  const bytes = readFileSync(snapshot);
  const times = MODULES.map((name) => {
    const wasm = readFileSync(module(name));
    const start = performance.now();
    const device = new Device(wasm, { pages: PAGES });
    const first = answers(device, bytes, queries.slice(0, 1), TOP_K, 0);
    const took = performance.now() - start;
    assert.deepEqual(first.answers, wanted.slice(0, 1));
    assert.deepEqual(answers(device, bytes, queries, TOP_K, 0).answers, wanted);
    return took;
  });
  const detail = `${MODULES.join(' and ')} modules`;
  const version = `node ${process.versions.node}`;
  return { version, outcome: 'pass', detail, coldStartMs: Math.max(...times) };
}

async function onWamr(row) {
  const wamrs = findWamr();
  if (wamrs.length === 0) throw new Missing('no WAMR: no WAMR_ROOT, and no iwasm on the PATH');
  const { module, snapshot, asked, wanted } = await given(row);
  const ran = [];
  const left = [];
  for (const wamr of wamrs)
    for (const name of MODULES)
      for (const [how, file] of wamr.formsOf(name, module(name))) {
        const args = ['answers', snapshot, asked, DIMENSIONS, TOP_K, 0];
        const told = runHost(wamr, file, PAGES, args);
        const form = `${how}, ${name}`;
        if (told.missing !== undefined) left.push(`${form}: refused, ${told.missing}`);
        else {
          assert.deepEqual(told.answers, wanted, form);
          ran.push([form, told.firstAnswerMs]);
        }
      }
  const times = ran.map(([form, ms]) => `${form}: ${ms} ms`);
  const coldStartMs = Math.max(...ran.map(([, ms]) => ms));
  const detail = [...times, ...left].join('\n');
  return { version: wamrs[0].version, outcome: 'pass', detail, coldStartMs };
}

export const rows = [
  { name: 'device-node', group: 'host', bounded: true, run: inNode },
  { name: 'device-wamr', group: 'host', bounded: false, run: onWamr },
];
