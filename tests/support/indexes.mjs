// Indexes that close themselves, and what tests compare them by.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createIndex, packageFile, RuVectorError } from './package.mjs';

/** The folder of the built modules of the package under test. */
export const dist = dirname(packageFile());

/** An index for the length of test `t`, with `items` in it. */
export async function newIndex(t, options, items = []) {
  const index = await createIndex(options);
  t.after(() => index.dispose());
  index.upsert(items);
  return index;
}

/** A fresh copy of the module's bytes: a source of its own, so an instance of its own. */
export function ownWasm() {
  return Uint8Array.from(readFileSync(join(dist, 'ruvector.wasm')));
}

/** A result without what differs from call to call. */
export function comparable({ queryId, tookMs, ...result }) {
  return result;
}

/** All that can be seen of an index. Compacts it. */
export function fingerprint(index) {
  const bytes = index.export();
  const { ids } = index.list({ limit: 10_000 });
  return {
    bytes: Buffer.from(bytes).toString('base64'),
    version: index.version,
    count: index.count(),
    model: index.model,
    ids,
    records: index.getMany(ids.slice(0, 50)),
    nearest: ids.slice(0, 3).map((id) => comparable(index.queryById(id))),
  };
}

/** That an error is ours, has `code`, and says all of `words`; returns it. */
export function assertError(error, code, ...words) {
  assert.ok(error instanceof RuVectorError, `expected a RuVectorError, got ${error?.stack}`);
  assert.ok(error instanceof Error);
  assert.equal(error.code, code, error.message);
  for (const word of words)
    if (word instanceof RegExp) assert.match(error.message, word);
    else assert.ok(error.message.includes(word), `expected '${word}' in: ${error.message}`);
  return error;
}

/** That `action` throws; see assertError. */
export function refused(action, code, ...words) {
  let caught;
  assert.throws(action, (error) => {
    caught = error;
    return true;
  });
  return assertError(caught, code, ...words);
}

/** That `action` throws and leaves `index` as it was. */
export function refusedUnchanged(index, action, code, ...words) {
  const before = fingerprint(index);
  const error = refused(action, code, ...words);
  assert.deepEqual(fingerprint(index), before);
  return error;
}

/** That `promise` rejects; see assertError. */
export async function rejected(promise, code, ...words) {
  let caught;
  await assert.rejects(promise, (error) => {
    caught = error;
    return true;
  });
  return assertError(caught, code, ...words);
}
