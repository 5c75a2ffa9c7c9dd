import type { Verb } from './arguments.js';
import { openSnapshot, type Snapshot } from './formats/snapshot.js';
import { inKilobytes } from './progress.js';

/** The verb `info`. */
export const info: Verb = {
  summary: 'what is in a snapshot: info index.rv',
  about: `Opens a snapshot, which checks it to the last byte, and tells what is in it and what it takes.`,
  positionals: ['SNAPSHOT'],
  options: { json: { type: 'boolean', help: 'as JSON' } },
  async run(args) {
    const [path = ''] = args.positionals;
    const facts = factsOf(path, await openSnapshot(path));
    const text = args.flag('json') ? JSON.stringify(facts, undefined, 2) : table(facts);
    process.stdout.write(`${text}\n`);
  },
};

function factsOf(file: string, snapshot: Snapshot) {
  const { index, bytes, format, sections, codes, bits, vectors, graph, namespaces } = snapshot;
  const stats = index.stats();
  return {
    file,
    bytes,
    format,
    records: stats.count,
    dimensions: stats.dimensions,
    metric: stats.metric,
    model: stats.model ?? null,
    vectors,
    codes,
    bits: codes === 'none' ? null : bits,
    index: stats.index,
    graph: graph ? { records: stats.linked, ef: stats.ef } : null,
    namespaces: Object.fromEntries(namespaces),
    sections,
    memoryBytes: stats.memoryBytes,
    bytesPerVector: stats.bytesPerVector,
  };
}

type Facts = ReturnType<typeof factsOf>;

function table(facts: Facts): string {
  const { bytes, vectors, codes, bits, graph, namespaces } = facts;
  const stored = [
    vectors ? 'vectors' : [],
    codes === 'none' ? [] : `codes: ${codes}, ${bits} bits a component`,
    graph === null ? [] : `a graph of ${graph.records} records, ef ${graph.ef}`,
  ].flat();
  const names = Object.entries(namespaces).map(
    ([name, count]) => `${name === '' ? '(default)' : name}: ${count}`,
  );
  const rows: [string, string | number][] = [
    ['file', `${facts.file}, ${bytes} bytes, format ${facts.format}, whole`],
    ['records', facts.records],
    ['dimensions', facts.dimensions],
    ['metric', facts.metric],
    ['model', facts.model ?? '(none named)'],
    ['index', facts.index],
    ['stored', stored.join('; ')],
    ['namespaces', names.join(', ') || '(no records)'],
    ['memory', `${inKilobytes(facts.memoryBytes)}, ${facts.bytesPerVector} bytes a vector`],
    ...facts.sections.map((section, i): [string, string] => [
      i === 0 ? 'sections' : '',
      `${section.kind.padEnd(4)} ${section.bytes} bytes at ${section.offset}`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
}
