import {
  type Explanation,
  type Namespace,
  type QueryOptions,
  type QueryResult,
  RuVectorError,
  type VectorInput,
} from '../node.js';
import { type Arguments, defined, UsageError, type Verb } from './arguments.js';
import { FORMATS, formatOf } from './formats/formats.js';
import { linesOf, parse } from './formats/ndjson.js';
import { openSnapshot } from './formats/snapshot.js';
import { misread } from './formats/source.js';
import { bytesOf } from './make.js';

/** The verb `query`. */
export const query: Verb = {
  summary: "searches a snapshot: query index.rv --vector '[0.1, 0.2, 0.3]'",
  about: `Searches a snapshot for the nearest records of one vector or of many: of --vector, of the record
--id, or of each line or row of --file (a JSON array or a record a line, fvecs, npy, '-').`,
  positionals: ['SNAPSHOT'],
  options: {
    vector: { type: 'string', value: 'JSON', help: 'an array of numbers; of bytes under hamming' },
    id: { type: 'string', value: 'ID', help: 'of a record, which is itself among the matches' },
    file: { type: 'string', value: 'FILE', help: 'of vectors' },
    from: { type: 'string', value: 'FORMAT', help: 'of --file; by default as it is called' },
    'top-k': { type: 'string', short: 'k', value: 'N', help: 'matches wanted (10)' },
    filter: { type: 'string', value: 'JSON', help: `such as '{"lang": "en"}'` },
    namespace: { type: 'string', value: 'NAME', help: 'to search' },
    'min-score': {
      type: 'string',
      value: 'X',
      help: 'leave out lower ones; --min-score=-1 if negative',
    },
    ef: { type: 'string', value: 'N', help: 'how wide a graph is searched' },
    exact: { type: 'boolean', help: 'compare with every record' },
    vectors: { type: 'boolean', help: 'print the vectors of the matches, with --json' },
    explain: { type: 'boolean', help: 'tell what the query did' },
    json: { type: 'boolean', help: 'a result a line' },
  },
  run,
};

async function run(args: Arguments): Promise<void> {
  const given = ['vector', 'id', 'file'].filter((name) => args.text(name) !== undefined);
  if (given.length !== 1)
    throw new UsageError(`expected one of --vector, --id and --file, got ${given.length} of them`);
  const options = defined({
    topK: args.number('top-k'),
    filter: args.json('filter'),
    minScore: args.number('min-score'),
    ef: args.number('ef'),
    exact: args.flag('exact'),
    includeVector: args.flag('vectors'),
  }) as QueryOptions;
  const { index } = await openSnapshot(args.positionals[0] as string);
  const name = args.text('namespace');
  const view = name === undefined ? index : index.namespace(name);
  for await (const { place, vector } of questions(args, view)) {
    const asked =
      index.metric === 'hamming' && Array.isArray(vector) ? bytesOf(place, vector) : vector;
    const told = at(place, () =>
      args.flag('explain')
        ? view.explain(asked as VectorInput, options)
        : view.query(asked as VectorInput, options),
    );
    process.stdout.write(
      args.flag('json') ? `${JSON.stringify(told)}\n` : `${place}\n${table(told)}\n\n`,
    );
  }
}

interface Question {
  readonly place: string;
  /** The index says whether it is one. */
  readonly vector: unknown;
}

async function* questions(args: Arguments, view: Namespace): AsyncGenerator<Question> {
  const [id, path] = [args.text('id'), args.text('file')];
  if (id !== undefined) {
    const record = view.get(id);
    if (record === undefined)
      throw misread('NOT_FOUND', '--id', 'the id of a record', JSON.stringify(id));
    yield { place: `id ${JSON.stringify(id)}`, vector: record.vector };
  } else if (path === undefined) yield { place: '--vector', vector: args.json('vector') };
  else {
    const format = formatOf(args, 'from', path, ['ndjson', 'fvecs', 'npy'], 'ndjson');
    if (format === 'ndjson') yield* lines(path);
    else {
      const source = await FORMATS[format].read(path, {});
      for await (const { item, place } of source.records()) yield { place, vector: item.vector };
    }
  }
}

async function* lines(path: string): AsyncGenerator<Question> {
  for await (const { text, place } of linesOf(path)) {
    const value = parse(place, text);
    const { vector, values } = Object(value) as { vector?: unknown; values?: unknown };
    yield { place, vector: Array.isArray(value) ? value : (vector ?? values) };
  }
}

/** Errors of the index name the place of the vector. */
function at<T>(place: string, search: () => T): T {
  try {
    return search();
  } catch (error) {
    if (!(error instanceof RuVectorError && error.message.startsWith('vector: '))) throw error;
    throw new RuVectorError(error.code, error.message.replace('vector', place), { cause: error });
  }
}

function table(told: QueryResult | Explanation): string {
  if (!('result' in told)) return matches(told);
  const { result, ...facts } = told;
  return `${matches(result)}\n${JSON.stringify(facts)}`;
}

function matches({ matches: found, reason }: QueryResult): string {
  const rows = found.map(({ id, namespace, score, distance, metadata }, i) => [
    `${i + 1}`,
    score.toFixed(6),
    distance.toFixed(6),
    namespace === undefined ? id : `${namespace}/${id}`,
    metadata === undefined ? '' : shortened(JSON.stringify(metadata)),
  ]);
  const all = [['', 'score', 'distance', 'id', 'metadata'], ...rows];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...all.map((row) => (row[i] as string).length)));
  const lines = all.map((row) =>
    row
      .map((cell, i) => (i < 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...(reason === undefined ? [] : [reason])].join('\n');
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
