import { invalid, kindOf, unexpected } from '../core/arguments.js';
import { DimensionMismatchError, type RuVectorError } from '../core/errors.js';
import type { Metric } from '../types.js';

/** What the vectors of an index are. */
export interface Shape {
  readonly metric: Metric;
  /** Whether vectors are packed bits in bytes (hamming), not floats. */
  readonly bits: boolean;
  /** Components (bits under hamming) that callers give. */
  readonly dimensions: number;
  /** Components (bits) that are stored: `truncateDim`, or all. */
  readonly stored: number;
}

/** `Metric` of src/kernels/metric.h, in its order. */
export const METRICS: readonly Metric[] = ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming'];

/** That records can be near each other. @throws INVALID_ARGUMENT under `dot` */
export function checkMetric(what: string, { metric }: Shape): void {
  if (metric === 'dot')
    throw invalid(what, 'another metric than dot, under which nothing is near', metric);
}

/** A checked vector in the form it is stored: floats as numbers, or packed bytes under hamming. */
export type Components = ArrayLike<number>;

/** Elements of a stored vector: floats, or bytes under hamming. */
export function storedLength(shape: Shape): number {
  return shape.bits ? shape.stored / 8 : shape.stored;
}

export function rowBytes(shape: Shape): number {
  return shape.bits ? shape.stored / 8 : shape.stored * 4;
}

/** Type and length of one vector; whether its values can be compared is the core's to say. */
export function checkVector(what: string, input: unknown, shape: Shape): Components {
  const { data, dims } = split(what, input);
  if (dims !== undefined && dims.length !== 1 && !(dims.length === 2 && dims[0] === 1))
    throw invalid(what, 'a tensor with dims [d] or [1, d]', `[${dims}]`);
  checkElements(what, data, shape);
  return cut(what, data, shape);
}

/** One vector an element: an array of vectors, a tensor `[n, d]`, or vectors end to end. */
export function checkVectors(what: string, input: unknown, shape: Shape): Components[] {
  if (Array.isArray(input) && typeof input[0] !== 'number')
    return Array.from(input, (vector, i) => checkVector(`${what}[${i}]`, vector, shape));
  const { data, dims } = split(what, input);
  checkElements(what, data, shape);
  const [count, width] = dims ?? [data.length / elementsGiven(shape), elementsGiven(shape)];
  if (count === undefined || width === undefined || (dims?.length ?? 2) !== 2)
    throw invalid(what, 'a tensor with dims [n, d]', `[${dims}]`);
  if (!Number.isInteger(count)) throw mismatch(what, shape, data.length, ' or a multiple');
  return Array.from({ length: count }, (_, i) =>
    cut(`${what}[${i}]`, part(data, i * width, (i + 1) * width), shape),
  );
}

function elementsGiven(shape: Shape): number {
  return shape.bits ? shape.dimensions / 8 : shape.dimensions;
}

/** A tensor's data and dims, checked against each other; other input is its own data. */
function split(
  what: string,
  input: unknown,
): { readonly data: ArrayLike<number>; readonly dims?: readonly number[] } {
  // The caller's array is read once: getters in it can do anything, also to this index.
  if (isNumbers(input)) return { data: Array.isArray(input) ? Array.from(input) : input };
  if (typeof input === 'object' && input !== null && 'data' in input && 'dims' in input) {
    const { data, dims } = input as { data: ArrayLike<number>; dims: readonly number[] };
    if (Array.isArray(dims) && dims.every((n) => Number.isInteger(n) && n >= 0)) {
      const size = dims.reduce((product, n) => product * n, 1);
      if (Object(data).length !== size)
        throw invalid(what, `${size} elements for dims [${dims}]`, Object(data).length);
      return {
        data: isNumbers(data) && !Array.isArray(data) ? data : Array.from(data),
        dims: [...dims],
      };
    }
  }
  throw invalid(
    what,
    'a Float32Array, Float64Array, Int8Array, Uint8Array, number[] or { data, dims }',
    input,
  );
}

function isNumbers(input: unknown): input is ArrayLike<number> {
  return (
    input instanceof Float32Array ||
    Array.isArray(input) ||
    (ArrayBuffer.isView(input) && /^(Float(16|32|64)|(Ui|I)nt8)Array$/.test(kindOf(input)))
  );
}

function checkElements(what: string, data: ArrayLike<number>, shape: Shape): void {
  if (shape.bits && kindOf(data) !== 'Uint8Array')
    throw invalid(what, `a Uint8Array of ${elementsGiven(shape)} packed bytes for hamming`, data);
  // Typed arrays hold numbers; in an array, `set` would turn null to 0 and '5' to 5.
  if (Array.isArray(data))
    for (let i = 0; i < data.length; ++i)
      if (typeof data[i] !== 'number') throw refused(what, 'numbers', kindOf(data[i]), i);
}

/** The stored part of a vector of the right length. */
function cut(what: string, data: ArrayLike<number>, shape: Shape): Components {
  const stored = storedLength(shape);
  if (data.length === stored) return data;
  if (data.length !== elementsGiven(shape)) throw mismatch(what, shape, data.length);
  return part(data, 0, stored);
}

function part(data: ArrayLike<number>, from: number, to: number): Components {
  return ArrayBuffer.isView(data)
    ? (data as Float32Array).subarray(from, to)
    : (data as readonly number[]).slice(from, to);
}

function mismatch(what: string, shape: Shape, actual: number, more = ''): DimensionMismatchError {
  const unit = shape.bits ? 'bytes' : 'dimensions';
  return new DimensionMismatchError(what, elementsGiven(shape), actual, unit + more);
}

function refused(what: string, wanted: string, got: unknown, component: number): RuVectorError {
  return unexpected('INVALID_VECTOR', what, wanted, `${got} at component ${component}`, {
    component,
  });
}

/** The error for a vector that the core refused: which component, or that the whole is zero. */
export function invalidVector(what: string, vector: Components): RuVectorError {
  const values = Float32Array.from(vector);
  const component = values.findIndex((value) => !Number.isFinite(value));
  if (component >= 0) return refused(what, 'finite 32-bit floats', vector[component], component);
  const norm = Math.hypot(...values);
  return unexpected(
    'INVALID_VECTOR',
    what,
    'a length |x| up to 1e18, and from 1e-15 under cosine',
    norm === 0 ? 'a zero vector' : norm,
    { norm },
  );
}

/** The public distance of what the core ranks by: under euclidean that is the square. */
export function distanceOf(ranked: number, shape: Shape): number {
  return shape.metric === 'euclidean' ? Math.sqrt(ranked) : ranked;
}

/** `gamma` as a factor of what the core ranks by, squares under two metrics; 0: no early end. */
export function reachOf(gamma: number | undefined, { metric }: Shape): number {
  if (gamma === undefined || metric === 'dot') return 0;
  return metric === 'euclidean' || metric === 'cosine' ? (1 + gamma) ** 2 : 1 + gamma;
}

export function scoreOf(distance: number, shape: Shape): number {
  switch (shape.metric) {
    case 'cosine':
      return 1 - distance;
    case 'dot':
      return 0 - distance;
    case 'hamming':
      return 1 - distance / shape.stored;
    default:
      return 1 / (1 + distance);
  }
}
