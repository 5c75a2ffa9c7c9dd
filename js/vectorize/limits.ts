import { checkInteger, checkKeys, invalid, isPlainObject, overLimit } from '../core/arguments.js';
import { misfit } from '../filter/operators.js';
import type { VectorizeBindingOptions, VectorizeLimits } from './types.js';

/** What the service refuses and this package would take. */

const SERVICE: VectorizeLimits = {
  dimensions: 1536,
  idBytes: 64,
  namespaceBytes: 64,
  metadataBytes: 10_240,
  topK: 100,
  topKWithValues: 20,
  batch: 1000,
  getByIds: 20,
  deleteByIds: 100,
  filterBytes: 2048,
  metadataIndexes: 10,
};

const OPERATORS = ['$eq', '$ne', '$lt', '$lte', '$gt', '$gte', '$in', '$nin'];

/** The limits that the option asks for; undefined is none. */
export function limitsOf(option: VectorizeBindingOptions['limits']): VectorizeLimits | undefined {
  if (option === undefined) return undefined;
  if (option === 'vectorize') return SERVICE;
  if (!isPlainObject(option)) throw invalid('limits', "'vectorize' or an object", option);
  checkKeys('limits', option, Object.keys(SERVICE));
  const given = Object.entries(option).filter(([, limit]) => limit !== undefined);
  for (const [key, limit] of given) checkInteger(`limits.${key}`, limit, 1, 2 ** 32);
  return { ...SERVICE, ...Object.fromEntries(given) };
}

export function checkBytes(what: string, text: string, limit: number): void {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > limit) throw overLimit(what, limit, bytes, ' bytes of UTF-8');
}

export function checkMetadata(what: string, metadata: object, limit: number): void {
  for (const key of Object.keys(metadata)) checkKey(`${what} key`, key);
  checkBytes(what, JSON.stringify(metadata), limit);
}

function checkKey(what: string, key: string): void {
  if (key === '' || key.startsWith('$') || /[".]/.test(key))
    throw invalid(what, 'text that is not empty, without . and " and no $ at its start', key);
}

/** That the service would take the filter, which this package's parser has yet to read. */
export function checkFilter(filter: object, limit: number): void {
  const paths = Object.entries(filter);
  if (paths.length === 0) throw misfit('filter', 'at least one condition', filter);
  for (const [path, condition] of paths) {
    if (path.length > 512) throw overLimit('filter key', 512, path.length, ' characters');
    if (path.split('.').some((key) => key === '' || key.startsWith('$') || /["|]/.test(key)))
      throw misfit('filter', 'keys that metadata may have, joined by dots', path);
    const operators = isPlainObject(condition) ? Object.keys(condition) : [];
    const other = operators.find((name) => !OPERATORS.includes(name));
    if (other !== undefined) throw misfit(`filter.${path}`, OPERATORS.join(', '), other);
  }
  checkBytes('filter', JSON.stringify(filter), limit - 1);
}
