import { type Arguments, type Options, UsageError, type Verb } from './arguments.js';
import { type Output, openOutput } from './files.js';
import { FORMATS, type FormatName, formatOf, INPUTS, OUTPUTS } from './formats/formats.js';
import { openSnapshot, storedRecords } from './formats/snapshot.js';
import { INDEX_OPTIONS, indexOptions, type Made, makeIndex } from './make.js';
import { inKilobytes, say } from './progress.js';

/** The verbs `convert` and `build`, which is `convert` to a snapshot. */

const OUTPUT: Options = {
  output: { type: 'string', short: 'o', value: 'FILE', help: "what to write; '-' is stdout" },
  force: { type: 'boolean', short: 'f', help: 'replace what is there' },
  from: {
    type: 'string',
    value: 'FORMAT',
    help: `${INPUTS.join(', ')}; by default as it is called`,
  },
};

const READS = `Reads, by the ending of the name or --from:
  .ndjson, .jsonl  ndjson: a line a record, {"id", "vector", "metadata"?, "namespace"?}
  .fvecs, .npy     vectors alone, whose ids are the row numbers
  .bin             hnswlib: vectors and labels, with --dimensions and --metric; the graph is made anew
  .rbpx, .ruvec1   of ruvector-rabitq and ruLake: vectors and ids, euclidean unless --metric says else
  .rv              a snapshot
'-' is stdin, NDJSON unless --from says else. An id may occur once in a namespace.`;

export const build: Verb = {
  summary: 'makes an index of the records in a file: build data.ndjson -o index.rv',
  about: `Makes an index of the records in a file and writes it as a snapshot, which
createIndex(...).import(bytes) opens in browsers and in Node.\n\n${READS}`,
  positionals: ['INPUT'],
  options: { ...OUTPUT, ...INDEX_OPTIONS },
  run: (args) => transfer(args, () => 'rv'),
};

export const convert: Verb = {
  summary: 'from one format into another: convert old.bin -o index.rv, convert index.rv -o all.npy',
  about: `Writes the records of a file in another format: a snapshot, with the options of \`build\`, or
ndjson, or of the vectors alone fvecs or npy, in order of insertion. To stdout goes a snapshot, unless
--to says else.\n\n${READS}`,
  positionals: ['INPUT'],
  options: {
    ...OUTPUT,
    to: {
      type: 'string',
      value: 'FORMAT',
      help: `${OUTPUTS.join(', ')}; by default as it is called`,
    },
    ...INDEX_OPTIONS,
  },
  run: (args) => transfer(args, (path) => formatOf(args, 'to', path, OUTPUTS, 'rv')),
};

type Target = (typeof OUTPUTS)[number];

async function transfer(args: Arguments, targetOf: (path: string) => Target): Promise<void> {
  const [input = ''] = args.positionals;
  const path = args.text('output');
  if (path === undefined) throw new UsageError("expected -o FILE, or '-o -' for stdout");
  const from = formatOf(args, 'from', input, INPUTS, 'ndjson');
  const to = targetOf(path);
  checkOptions(args, from, to);
  const output = openOutput(path, args.flag('force'), to === 'ndjson');
  try {
    const made =
      from === 'rv' && to !== 'rv' ? await open(input) : await read(input, from, to, args);
    write(output, made, to);
    await output.commit();
    const { count, dimensions, metric } = made.index.stats();
    say(
      `${output.name}: ${count.toLocaleString('en')} records of ${dimensions} dimensions, ${metric}, ${inKilobytes(output.size)}`,
    );
  } finally {
    output.abort();
  }
}

/** Those of the options of an index that say how to read vectors, whatever is made of them. */
const OF_VECTORS = ['dimensions', 'metric', 'truncate-dim', 'namespace'];

/** That no option is without effect. */
function checkOptions(args: Arguments, from: FormatName, to: Target): void {
  if (to === 'rv') return;
  const idle = Object.keys(INDEX_OPTIONS).find(
    (name) => args.has(name) && (from === 'rv' || !OF_VECTORS.includes(name)),
  );
  if (idle !== undefined)
    throw new UsageError(`--${idle}: expected a snapshot to write with it, got ${from} to ${to}`);
}

/** As it is, without another index. */
async function open(input: string): Promise<Made> {
  const { index, namespaces } = await openSnapshot(input);
  return { index, namespaces: new Set(namespaces.keys()) };
}

async function read(input: string, from: FormatName, to: Target, args: Arguments): Promise<Made> {
  const given = indexOptions(args);
  const source = await FORMATS[from].read(input, {
    dimensions: given.dimensions,
    metric: given.metric,
  });
  if (source.note !== undefined) say(`${from}: ${source.note}`);
  // What is not kept needs no codes and no graph.
  return makeIndex(
    source,
    to === 'rv' ? given : { ...given, index: 'flat', quantization: 'none' },
    args,
  );
}

function write(output: Output, { index, namespaces }: Made, to: Target): void {
  const { count, dimensions, metric } = index.stats();
  const { write: records } = FORMATS[to];
  if (to === 'fvecs' && metric === 'hamming')
    throw new UsageError('fvecs holds f32, not the bits of hamming: npy and ndjson do');
  if (to === 'fvecs' || to === 'npy') say(`${to}: vectors alone; ids and metadata are not in it`);
  if (records === undefined) output.write(index.export());
  else records(output, storedRecords(index, namespaces), { count, dimensions, metric });
}
