import { winners } from '../context/winners.js';
import { checkInteger, unexpected } from '../core/arguments.js';
import { isSet, newWords, type Words } from '../filter/words.js';
import type { Checked } from './query.js';
import { vectorAt } from './read.js';
import { ANY, type Neighbor, nearest } from './search.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import { distanceOf, scoreOf } from './vectors.js';

/**
 * Ranking candidates anew, by what the session is about and by how they differ from each other. All of
 * it is in similarities in [0, 1]: 1 - distance / reach, where the reach is a multiple of the distance
 * of the query's last candidate. So the constants are of no data set and no metric.
 */

/** A record is of what a query is about while it is nearer than this many times the last candidate. */
const ATTENTION = 1.5;
/** And inhibits others that far. */
const INHIBITION = 2;

/** Matches wanted, at most: similarities of all pairs of candidates are looked at. */
const MOST = 100;

interface Candidate extends Neighbor {
  drive: number;
}

export function ranksAnew({ session, diversify }: Checked): boolean {
  return session !== undefined || diversify > 0;
}

/** @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
export function checkRanking(checked: Checked): void {
  if (!ranksAnew(checked)) return;
  checkInteger('topK with session or diversify', checked.topK, 1, MOST);
  if (checked.spread)
    throw unexpected(
      'INVALID_ARGUMENT',
      'spread',
      'to be without session and diversify',
      'it beside them',
    );
}

/** How many of the nearest are ranked for `topK` of them. */
export function candidatesFor(topK: number): number {
  return Math.max(50, 5 * topK);
}

/** The best of `found`, and of the records that the session brings in; best first. */
export function rerank(
  state: State,
  vector: ArrayLike<number>,
  found: readonly Neighbor[],
  among: Words | undefined,
  { session, diversify, topK, minScore }: Checked,
): Neighbor[] {
  const { shape } = state;
  const last = found.at(-1)?.distance ?? 0;
  const candidates = session
    ? attended(state, vector, found, among, session, ATTENTION * last)
    : driven(found, INHIBITION * last);
  const kept = candidates.filter(
    ({ distance }) => scoreOf(distanceOf(distance, shape), shape) >= minScore,
  );
  const order = winners(
    kept.map(({ drive }) => drive),
    topK,
    diversify,
    (winner) => similaritiesTo(state, kept[winner] as Neighbor, kept, INHIBITION * last),
  );
  return order.map((place) => kept[place] as Neighbor);
}

function driven(found: readonly Neighbor[], reach: number): Candidate[] {
  return found.map((it) => ({ ...it, drive: nearness(it, reach) }));
}

/** The candidates with those of the session, nearest first, and how much each is wanted. */
function attended(
  state: State,
  vector: ArrayLike<number>,
  found: readonly Neighbor[],
  among: Words | undefined,
  session: Session,
  reach: number,
): Candidate[] {
  const { activations, expected } = state.records.sessions.at(session);
  const active = byRow(state, activations, among);
  const next = byRow(state, expected, among);
  const more = new Set([...active.keys(), ...next.keys()]);
  for (const { row } of found) more.delete(row);
  const all = [...found, ...distances(state, vector, [...more])];
  const candidates = driven(
    all.sort((a, b) => a.distance - b.distance),
    reach,
  );
  // It takes both: a record that the session is about, and a query that is near it.
  const excitations = candidates.map(
    ({ row, drive }) => session.weight * drive * (active.get(row) ?? 0),
  );
  for (const candidate of candidates)
    candidate.drive += session.next * (next.get(candidate.row) ?? 0);
  for (const [i, excitation] of excitations.entries()) {
    if (excitation === 0) continue;
    const similarities = similaritiesTo(state, candidates[i] as Neighbor, candidates, reach);
    for (const [j, candidate] of candidates.entries())
      candidate.drive += excitation * (similarities[j] as number);
  }
  return candidates;
}

/** Of those that are there, and may be answers. */
function byRow(
  { records }: State,
  values: ReadonlyMap<number, number>,
  among: Words | undefined,
): Map<number, number> {
  const rows = new Map<number, number>();
  for (const [sequence, value] of values) {
    const row = records.rowOf(sequence);
    if (row !== undefined && (!among || isSet(among, row))) rows.set(row, value);
  }
  return rows;
}

/** How similar the record of a row is to each candidate. */
function similaritiesTo(
  state: State,
  { row }: Neighbor,
  candidates: readonly Neighbor[],
  reach: number,
): number[] {
  const rows = candidates.map((it) => it.row);
  const found = distances(state, vectorAt(state, row), rows);
  const similarity = new Map(found.map((it) => [it.row, nearness(it, reach)]));
  return rows.map((it) => similarity.get(it) as number);
}

/** From a vector to some rows. */
function distances(state: State, vector: ArrayLike<number>, rows: readonly number[]): Neighbor[] {
  const among = newWords(state.records.rows);
  for (const row of rows) (among[row >>> 5] as number) |= 1 << (row & 31);
  return nearest(state, { vector, row: ANY }, { topK: rows.length, exact: true, among });
}

function nearness({ distance }: Neighbor, reach: number): number {
  return distance <= 0 ? 1 : Math.max(0, 1 - distance / reach);
}
