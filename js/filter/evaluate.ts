import type { Json } from '../types.js';
import { type Columns, type Source, valueAt } from './columns.js';
import type { Condition, Node } from './parse.js';
import { countOf, keepRows, newWords, type Words } from './words.js';

/**
 * Keeps the rows of `words` that a filter matches. A condition is tested on its column; where there
 * is none, on the metadata of the rows that are left.
 */
export function keepMatches(words: Words, filter: Node, columns: Columns, source: Source): void {
  // A new column reads every row: not for the sake of a few.
  const few = 64 * countOf(words) < source.rows;
  columns.prepare(source, few ? [] : filter.paths);
  keep(words, filter);

  function keep(words: Words, node: Node): void {
    if ('test' in node) keepTested(words, node);
    else if (node.operator === '$and') {
      // Columns first, so that fewer rows are left to read.
      const reads = ({ paths }: Node): boolean => paths.some((path) => !columns.get(path));
      for (const inner of node.nodes) if (!reads(inner)) keep(words, inner);
      for (const inner of node.nodes) if (reads(inner)) keep(words, inner);
    } else {
      const any = newWords(source.rows);
      for (const inner of node.nodes) {
        const matching = words.slice();
        keep(matching, inner);
        for (let i = 0; i < any.length; ++i) (any[i] as number) |= matching[i] as number;
      }
      const flip = node.operator === '$not' ? -1 : 0;
      for (let i = 0; i < any.length; ++i) (words[i] as number) &= (any[i] as number) ^ flip;
    }
  }

  function keepTested(words: Words, { paths: [path], test }: Condition): void {
    const column = columns.get(path);
    const keys = path.split('.');
    if (column) column.keep(words, test);
    else keepRows(words, (row) => test(valueAt(JSON.parse(source.metadata(row) ?? 'null'), keys)));
  }
}

/** Whether one record's metadata matches, undefined for none; without columns. */
export function passes(filter: Node, metadata: Json | undefined): boolean {
  if ('test' in filter) return filter.test(valueAt(metadata, filter.paths[0].split('.')));
  const inner = (node: Node): boolean => passes(node, metadata);
  if (filter.operator === '$and') return filter.nodes.every(inner);
  return filter.nodes.some(inner) !== (filter.operator === '$not');
}
