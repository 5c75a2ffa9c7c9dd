import type { Visit } from '../context/sessions.js';
import { checkKeys, checkNumber, invalid, unexpected } from '../core/arguments.js';
import type { Feedback, SessionOptions } from '../types.js';
import { checkId } from './records.js';
import type { State } from './state.js';

/** Sessions of queries, and feedback to their answers: js/context/sessions.ts. */

export type Session = Required<SessionOptions> & Visit;

/** @throws INVALID_ARGUMENT */
export function checkSession(value: string | SessionOptions | undefined): Session | undefined {
  if (value === undefined) return undefined;
  const given = typeof value === 'string' ? { id: value } : value;
  if (typeof given !== 'object' || given === null)
    throw invalid('session', 'a string, or an object with an id', value);
  const defaults = { tauMs: 1_800_000, weight: 0.5, next: 0, at: Date.now() };
  const keys = Object.keys(defaults) as (keyof typeof defaults)[];
  checkKeys('session', given, ['id', ...keys]);
  const session = { ...defaults, id: checkId('session.id', given.id) };
  for (const key of keys)
    session[key] = checkNumber(
      `session.${key}`,
      given[key] ?? defaults[key],
      key === 'tauMs' ? 1 : 0,
    );
  return session;
}

export function feedback({ records }: State, namespace: string, given: Feedback): void {
  checkKeys('feedback', given, ['query', 'id', 'weight']);
  const { query, id, weight = 1 } = given;
  if (typeof query !== 'string') throw invalid('query', 'the queryId of a result', query);
  checkNumber('weight', weight, -1, 1);
  const row = records.known(namespace, id);
  const visit = records.sessions.visitOf(query);
  if (visit === undefined)
    throw unexpected(
      'NOT_FOUND',
      'query',
      'that of a query with a session, one of the last 256',
      JSON.stringify(query),
    );
  records.sessions.clicked(visit, records.sequence(row), weight);
}
