// Files of vectors in the formats of others, written a second time from their definitions: bytes, and
// `free`, which of them may be another value in a file that is right. `records` are { id, vector }.

/** A buffer that grows; what is put with `free` may be anything. */
class Bytes {
  parts = [];
  free = [];
  size = 0;

  put(buffer, free = false) {
    if (free) for (let i = 0; i < buffer.length; ++i) this.free.push(this.size + i);
    this.parts.push(buffer);
    this.size += buffer.length;
  }

  u8(value, free) {
    this.put(Buffer.from([value]), free);
  }

  u16(value, free) {
    const buffer = Buffer.alloc(2);
    buffer.writeUInt16LE(value);
    this.put(buffer, free);
  }

  u32(value, free) {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    this.put(buffer, free);
  }

  u64(value, free) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(BigInt(value));
    this.put(buffer, free);
  }

  f32s(values) {
    this.put(Buffer.from(Float32Array.from(values).buffer), true);
  }

  done() {
    return { bytes: Buffer.concat(this.parts), free: new Set(this.free) };
  }
}

export function fvecs(records) {
  const out = new Bytes();
  for (const { vector } of records) {
    out.u32(vector.length);
    out.f32s(vector);
  }
  return out.done();
}

/** Of version 1, or of 2 with its wider length. */
export function npy(records, { descr = '<f4', major = 1, header } = {}) {
  const out = new Bytes();
  const shape = `(${records.length}, ${records[0].vector.length})`;
  const text = header ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = major === 1 ? 10 : 12;
  const length = Math.ceil((start + text.length + 1) / 64) * 64 - start;
  out.put(Buffer.from('\x93NUMPY', 'latin1'));
  out.u8(major);
  out.u8(0, true);
  if (major === 1) out.u16(length);
  else out.u32(length);
  out.put(Buffer.from(`${text.padEnd(length - 1)}\n`));
  for (const { vector } of records) {
    if (descr === '<f4') out.f32s(vector);
    else if (descr === '<f8') out.put(Buffer.from(Float64Array.from(vector).buffer), true);
    else out.put(Buffer.from(vector), true);
  }
  return out.done();
}

export function rbpx(records, { version = 1, rerank = 20 } = {}) {
  const out = new Bytes();
  out.put(Buffer.from('rbpx0001'));
  out.u32(version);
  out.u32(records[0].vector.length);
  out.u64(42, true); // the seed
  out.u32(rerank, true);
  out.u32(records.length);
  for (const { id, vector } of records) {
    out.u32(Number(id), true);
    out.f32s(vector);
  }
  return out.done();
}

export function ruvec1(records) {
  const out = new Bytes();
  out.put(Buffer.from('ruvec1\0\0'));
  out.u64(records.length);
  out.u32(records[0].vector.length);
  out.u32(0);
  for (const { id, vector } of records) {
    out.u64(id, true);
    out.f32s(vector);
  }
  return out.done();
}

/**
 * hnswlib, as a machine of `word` bytes a size_t writes it: each row linked with the one before and the
 * one after, row 1 in one layer more; `deleted` has the ids that are marked so.
 */
export function hnswlib(records, { word = 8, M = 2, deleted = [] } = {}) {
  const out = new Bytes();
  const size = (value, free) => (word === 8 ? out.u64(value, free) : out.u32(value, free));
  const list = 4 + 4 * 2 * M;
  const labelAt = list + 4 * records[0].vector.length;
  size(0);
  size(records.length + 3, true); // capacity
  for (const value of [records.length, labelAt + word, labelAt, list]) size(value);
  out.u32(1); // the top layer
  out.u32(1); // the entry
  for (const value of [M, 2 * M, M]) size(value);
  const scale = Buffer.alloc(8);
  scale.writeDoubleLE(1 / Math.log(M));
  out.put(scale.subarray(0, 2), true); // below what libraries' logarithms agree in
  out.put(scale.subarray(2));
  size(200, true); // efConstruction
  records.forEach(({ id, vector }, row) => {
    const links = [row - 1, row + 1].filter((other) => records[other] !== undefined);
    out.u16(links.length, true);
    out.u8(deleted.includes(id) ? 1 : 0, true);
    out.u8(0);
    for (let i = 0; i < 2 * M; ++i) out.u32(links[i] ?? 0, true);
    out.f32s(vector);
    size(id, true);
  });
  records.forEach((_, row) => {
    out.u32(row === 1 ? 4 + 4 * M : 0);
    if (row !== 1) return;
    out.u32(0, true);
    for (let i = 0; i < M; ++i) out.u32(0, true);
  });
  return out.done();
}
