import type { Verb } from './arguments.js';
import { openSnapshot, type Snapshot } from './formats/snapshot.js';
import { inKilobytes } from './progress.js';

/** The verb `info`. */
export const info: Verb = {
  summary: 'what is in a snapshot: info index.rv',
  about:
    'Opens a snapshot, which checks it to the last byte, and tells what is in it and what it takes.',
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
  const { index, quantization, graph, namespaces } = snapshot;
  const stats = index.stats();
  return {
    file,
    bytes: snapshot.bytes,
    format: snapshot.format,
    records: stats.count,
    dimensions: stats.dimensions,
    metric: stats.metric,
    model: stats.model ?? null,
    index: snapshot.type ?? null,
    graph: graph ? { records: stats.linked, ef: stats.ef } : null,
    quantization,
    bits: quantization === 'none' ? null : snapshot.bits,
    vectors: snapshot.vectors,
    namespaces: Object.fromEntries(namespaces),
    memoryBytes: stats.memoryBytes,
    bytesPerVector: Math.round(stats.bytesPerVector),
    sections: snapshot.sections,
  };
}

function table(facts: ReturnType<typeof factsOf>): string {
  const { graph, quantization, bits, vectors } = facts;
  const codes = `${quantization}, ${bits} bits a component${vectors ? ' beside the vectors' : ' alone'}`;
  const names = Object.entries(facts.namespaces).map(
    ([name, count]) => `${name === '' ? '(default)' : name}: ${count}`,
  );
  const rows: [string, string | number][] = [
    ['file', `${facts.file}, ${facts.bytes} bytes, format ${facts.format}, whole`],
    ['records', facts.records],
    ['dimensions', facts.dimensions],
    ['metric', facts.metric],
    ['model', facts.model ?? '(none named)'],
    ['index', facts.index ?? '(vectors alone; the options of createIndex() choose)'],
    ['graph', graph === null ? '(none)' : `${graph.records} records, ef ${graph.ef}`],
    ['quantization', quantization === 'none' ? '(none)' : codes],
    ['namespaces', names.join(', ') || '(no records)'],
    ['memory', `${inKilobytes(facts.memoryBytes)}, ${facts.bytesPerVector} bytes a vector`],
    ...facts.sections.map(({ kind, bytes, offset }, i): [string, string] => [
      i === 0 ? 'sections' : '',
      `${kind.padEnd(4)} ${bytes} bytes at ${offset}`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n');
}
