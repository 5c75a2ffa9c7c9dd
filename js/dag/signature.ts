import { checkBoolean, checkKeys } from '../core/arguments.js';
import { ESTIMATE_FIELDS, KINDS } from './kinds.js';
import type { Operator } from './operators.js';
import type { QueryDag } from './query-dag.js';

export interface SignatureOptions {
  /** Whether rows, selectivity, width, candidates and cost count too. @defaultValue false */
  readonly estimates?: boolean;
}

/**
 * Colour refinement (Weisfeiler & Leman 1968). A node's first colour is its operator; in each round it
 * becomes its own with those of its inputs (in their order where that means something) and of its
 * outputs, until no round tells more nodes apart. The tables of all rounds, with how many nodes have
 * each colour, are hashed. Nodes that look alike to the end are then each coloured apart in turn and
 * refined anew, and the sorted hashes of that are hashed too: so plans that differ only in how like
 * parts are wired are told apart, but for highly regular graphs (Cai, Fürer & Immerman 1992) that no
 * planner makes. The hash has 128 bits and is no defence against who wants two plans to collide.
 */
export function signatureOf(dag: QueryDag, options: SignatureOptions): string {
  checkKeys('options', options, ['estimates']);
  const estimates = checkBoolean('estimates', options.estimates, false);
  const order = dag.order();
  const position = new Map(order.map((id, i) => [id, i]));
  const inputs = order.map((id) => dag.parents(id).map((input) => position.get(input) as number));
  const ordered = order.map((id) => isOrdered(dag.operator(id)));
  /** [reader, place among its inputs, which is 0 where places mean nothing] */
  const outputs: [number, number][][] = order.map(() => []);
  for (const [to, list] of inputs.entries())
    for (const [place, from] of list.entries())
      (outputs[from] as [number, number][]).push([to, ordered[to] ? place : 0]);

  const plain = refine(order.map((id) => canonical(dag.operator(id), estimates)));
  const alike = plain.colors.map(
    (color) => plain.colors.filter((other) => other === color).length > 1,
  );
  const apart = order.flatMap((_, i) =>
    alike[i]
      ? [hash(refine(plain.colors.map((color, j) => `${color}${i === j ? '!' : ''}`)).text)]
      : [],
  );
  return hash(JSON.stringify([plain.text, apart.sort()]));

  function refine(names: string[]): { readonly colors: number[]; readonly text: string } {
    let [colors, table] = ranked(names);
    const tables = [table];
    for (let classes = 0; table.length > classes; ) {
      classes = table.length;
      const last = colors;
      [colors, table] = ranked(
        order.map((_, i) => {
          const read = (inputs[i] as number[]).map((from) => last[from] as number);
          if (!ordered[i]) read.sort((a, b) => a - b);
          const readers = (outputs[i] as [number, number][])
            .map(([to, place]) => `${last[to]}.${place}`)
            .sort();
          return `${last[i]}<${read}>${readers}`;
        }),
      );
      tables.push(table);
    }
    return { colors, text: JSON.stringify(tables) };
  }
}

/** Each name's place in the table of all names, which has their numbers too. */
function ranked(names: readonly string[]): [number[], string[]] {
  const table = [...new Set(names)].sort();
  const rank = new Map(table.map((name, i) => [name, i]));
  const colors = names.map((name) => rank.get(name) as number);
  const counts = table.map(() => 0);
  for (const color of colors) ++(counts[color] as number);
  return [colors, table.map((name, i) => `${counts[i]} ${name}`)];
}

/** A fuse without weights treats all its inputs alike. */
function isOrdered(operator: Operator): boolean {
  if (operator.kind === 'fuse') return operator.weights !== undefined;
  return KINDS[operator.kind].ordered === true;
}

/** JSON with the keys in order. */
function canonical(operator: Operator, estimates: boolean): string {
  const counted = Object.entries(operator).filter(
    ([name]) => estimates || !ESTIMATE_FIELDS.includes(name),
  );
  return JSON.stringify(Object.fromEntries(counted), (_, value) =>
    Object(value) === value && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** cyrb128 (bryc): 128 bits of the UTF-16 units of `text`. */
function hash(text: string): string {
  const { imul } = Math;
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; ++i) {
    const unit = text.charCodeAt(i);
    a = b ^ imul(a ^ unit, 597399067);
    b = c ^ imul(b ^ unit, 2869860233);
    c = d ^ imul(c ^ unit, 951274213);
    d = a ^ imul(d ^ unit, 2716044179);
  }
  a = imul(c ^ (a >>> 18), 597399067);
  b = imul(d ^ (b >>> 22), 2869860233);
  c = imul(a ^ (c >>> 17), 951274213);
  d = imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
}
