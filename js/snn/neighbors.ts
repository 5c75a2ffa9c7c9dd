import { checkTarget, type Records, recordsOf } from '../adapter/target.js';
import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkNumber,
  checkSignal,
  invalid,
} from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { nextTurn } from '../core/turn.js';
import type { Database } from '../database/types.js';
import type { Index, Metadata } from '../types.js';
import { LARGEST } from './check.js';

export interface NeighborGraphOptions {
  /** Edges from each record, to the nearest others; 1 to 1,000. @defaultValue 16 */
  readonly k?: number;
  /** Keep edges only where each of the two is among the other's nearest. @defaultValue false */
  readonly mutual?: boolean;
  /** @defaultValue the default one */
  readonly namespace?: string;
  /** Of an edge, by the distance between its records. @defaultValue 1 / (1 + distance) */
  readonly weight?: (distance: number) => number;
  /** Ends the work between records: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Record `ids[n]` is neuron n. */
export interface NeighborGraph {
  readonly ids: string[];
  readonly from: number[];
  readonly to: number[];
  readonly weights: number[];
}

/** Records that are asked for together. */
const BATCH = 64;
const PAGE = 10_000;

/**
 * The graph of nearest neighbours of an index or a database, as edges for a network; searched for as
 * `query()` searches, so as exact as the index is. Records that are written meanwhile may be missing.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, CLOSED; NOT_FOUND where one is deleted meanwhile
 */
export async function neighborGraph<M extends object = Metadata>(
  target: Index<M> | Database<M>,
  options: NeighborGraphOptions = {},
): Promise<NeighborGraph> {
  const keys = ['k', 'mutual', 'namespace', 'weight', 'signal', 'onProgress'];
  checkKeys('options', options, keys);
  const { weight = nearness, onProgress } = options;
  const k = checkInteger('k', options.k ?? 16, 1, 1000);
  const isMutual = checkBoolean('mutual', options.mutual, false);
  const signal = checkSignal(options.signal);
  for (const [what, value] of Object.entries({ weight, onProgress }))
    if (value !== undefined && typeof value !== 'function')
      throw invalid(what, 'a function', value);
  const records = recordsOf(checkTarget('target', target), options.namespace);

  const ids = await idsOf(records);
  const neurons = new Map(ids.map((id, neuron) => [id, neuron]));
  const query = { topK: Math.min(k + 1, LIMITS.topK), includeMetadata: false };
  const near: Map<number, number>[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH);
    for (const { matches } of await Promise.all(batch.map((id) => records.queryById(id, query)))) {
      const own = near.length;
      const found = matches.flatMap(({ id, distance }): [number, number][] => {
        const neuron = neurons.get(id);
        return neuron === undefined || neuron === own ? [] : [[neuron, distance]];
      });
      near.push(new Map(found.slice(0, k)));
    }
    onProgress?.({ done: near.length, total: ids.length });
    await nextTurn();
    signal?.throwIfAborted();
  }

  const graph: NeighborGraph = { ids, from: [], to: [], weights: [] };
  for (const [neuron, others] of near.entries())
    for (const [other, distance] of others) {
      if (isMutual && !near[other]?.has(neuron)) continue;
      graph.from.push(neuron);
      graph.to.push(other);
      graph.weights.push(checkNumber('weight', weight(distance), -LARGEST, LARGEST));
    }
  return graph;
}

/**
 * A query's matches as currents into the neurons of their records: gain / (1 + distance).
 * @param options.gain -1e6 to 1e6; by default 1
 * @returns for `setCurrents()` or `inject()`; matches that the graph does not have are left out
 * @throws INVALID_ARGUMENT
 */
export function inputCurrents(
  result: { readonly matches: readonly { readonly id: string; readonly distance: number }[] },
  graph: Pick<NeighborGraph, 'ids'>,
  options: { readonly gain?: number } = {},
): { readonly neurons: number[]; readonly currents: number[] } {
  checkKeys('options', options, ['gain']);
  const gain = checkNumber('gain', options.gain ?? 1, -1e6, 1e6);
  if (!Array.isArray(result?.matches)) throw invalid('result', 'what a query gave', result);
  if (!Array.isArray(graph?.ids)) throw invalid('graph', 'what neighborGraph() gave', graph);
  const distances = new Map(
    result.matches.map((match, i) => [
      match?.id,
      checkNumber(`matches[${i}].distance`, match?.distance, -LARGEST, LARGEST),
    ]),
  );
  const neurons: number[] = [];
  const currents: number[] = [];
  for (const [neuron, id] of graph.ids.entries()) {
    const distance = distances.get(id);
    if (distance === undefined) continue;
    neurons.push(neuron);
    currents.push(gain * nearness(distance));
  }
  return { neurons, currents };
}

/** Distances below 0, which `dot` has, are as 0. */
function nearness(distance: number): number {
  return 1 / (1 + Math.max(0, distance));
}

async function idsOf(records: Records): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await records.list({ limit: PAGE, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.ids);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}
