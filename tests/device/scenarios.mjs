// What a host does with a device module, as facts to compare: host.c does the same on WAMR and
// prints the same facts.
import assert from 'node:assert/strict';
import { STATUS } from '../support/device.mjs';

/** A distance to its last bit. */
export function bitsOf(distance) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, distance);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** Opens the snapshot and asks: ids and bits of the distances of each query. */
export function answers(device, snapshot, queries, k, ef) {
  const { status, index } = device.load(snapshot);
  assert.equal(status, STATUS.OK);
  const search = (query) => {
    const { status, matches } = device.search(index, query, k, ef);
    assert.equal(status, STATUS.OK);
    return matches;
  };
  return {
    count: device.c.rv_count(index),
    answers: queries.map((query) => search(query).map(([id, it]) => [id, bitsOf(it)])),
    usedBytes: device.c.rv_used_bytes(index) >>> 0,
    index,
  };
}

/** Vectors that C and JavaScript make alike. */
export function vectorOf(number, dimensions) {
  return Float32Array.from({ length: dimensions }, (_, i) =>
    Math.fround(Math.fround(((number * 7919 + i * 104729) % 2003) / 1001) - 1),
  );
}

/**
 * Adds until memory is used up, and goes on: a search still answers, and what is deleted makes room
 * for as much.
 */
export function fill(device, dimensions, { swaps = 100, ...options } = {}) {
  const { status, index } = device.create({ dimensions, ...options });
  if (status !== STATUS.OK) return { added: 0, refused: status, count: 0 };
  device.room(4 * dimensions + 64); // for all arguments to come
  let [added, refused] = [0, STATUS.OK];
  for (;;) {
    refused = device.add(index, `n${added}`, vectorOf(added, dimensions));
    if (refused !== STATUS.OK) break;
    ++added;
  }
  const { status: searched, matches } = device.search(index, vectorOf(5, dimensions), 1, -1);
  let failedSwaps = 0;
  for (let i = 0; i < swaps; ++i) {
    if (device.delete(index, `n${i}`) !== STATUS.OK) ++failedSwaps;
    if (device.add(index, `n${added + i}`, vectorOf(added + i, dimensions)) !== STATUS.OK)
      ++failedSwaps;
  }
  const count = device.c.rv_count(index);
  return { added, refused, searched, nearest: matches?.[0]?.[0], failedSwaps, count, index };
}
