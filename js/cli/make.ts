import { createIndex, type Index, type IndexOptions, type Metric, RuVectorError } from '../node.js';
import { type Arguments, defined, type Options, UsageError } from './arguments.js';
import { checkLength, misread, type Source, type SourceRecord } from './formats/source.js';
import { Progress } from './progress.js';

/** An index of the records of a source: the verbs `build` and `convert`. */

/** One to one those of `createIndex`. */
export const INDEX_OPTIONS: Options = {
  dimensions: {
    type: 'string',
    value: 'N',
    help: 'of a vector; by default those of the first record',
  },
  metric: {
    type: 'string',
    value: 'NAME',
    help: 'cosine (default), dot, euclidean, manhattan, hamming',
  },
  index: { type: 'string', value: 'TYPE', help: 'auto (default), flat, hnsw' },
  M: { type: 'string', value: 'N', help: 'links of a record in a graph (16); with --index hnsw' },
  'ef-construction': { type: 'string', value: 'N', help: 'width of its insertion (200)' },
  quantization: { type: 'string', value: 'TYPE', help: 'none (default), int8, rabitq' },
  bits: { type: 'string', value: 'N', help: 'a component, 1 to 8, with --quantization rabitq' },
  keep: { type: 'string', value: 'BOOL', help: 'false: keep the codes alone, not the vectors' },
  'target-recall': { type: 'string', value: 'R', help: 'of searches of a graph (0.95)' },
  'truncate-dim': { type: 'string', value: 'N', help: 'keep the first N components only' },
  model: { type: 'string', value: 'NAME', help: 'that made the vectors; openers can insist on it' },
  namespace: { type: 'string', value: 'NAME', help: 'for records that name none' },
  maintain: { type: 'boolean', help: 'build the graph in full now, which auto leaves for later' },
};

type Given = Omit<Partial<IndexOptions>, 'dimensions'> & { readonly dimensions?: number };

export function indexOptions(args: Arguments): Given {
  const graph = defined({ M: args.number('M'), efConstruction: args.number('ef-construction') });
  const codes = defined({ bits: args.number('bits'), keep: args.boolean('keep') });
  const index = args.oneOf('index', ['auto', 'flat', 'hnsw']);
  const quantization = args.oneOf('quantization', ['none', 'int8', 'rabitq']);
  if (Object.keys(graph).length > 0 && index !== 'hnsw')
    throw new UsageError('--M and --ef-construction: expected --index hnsw with them');
  if ('bits' in codes && quantization !== 'rabitq')
    throw new UsageError('--bits: expected --quantization rabitq with it');
  if ('keep' in codes && (quantization ?? 'none') === 'none')
    throw new UsageError('--keep: expected --quantization int8 or rabitq with it');
  return defined({
    dimensions: args.number('dimensions'),
    metric: args.oneOf('metric', ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming']),
    index: index === 'hnsw' ? { type: index, ...graph } : index,
    quantization: Object.keys(codes).length > 0 ? { type: quantization, ...codes } : quantization,
    targetRecall: args.number('target-recall'),
    truncateDim: args.number('truncate-dim'),
    model: args.text('model'),
  }) as Given;
}

export interface Made {
  readonly index: Index;
  /** In order of their first records. */
  readonly namespaces: ReadonlySet<string>;
}

/** Records of one write: what it holds in memory at once. */
const BATCH = 256;

/** @throws UsageError, or what the index says of a record, with its place */
export async function makeIndex(source: Source, given: Given, args: Arguments): Promise<Made> {
  const metric = given.metric ?? source.metric;
  const model = given.model ?? source.model;
  const options = { ...given, ...defined({ metric, model }) };
  const known = given.dimensions ?? source.dimensions;
  const own = args.text('namespace');
  const namespaces = new Set<string>();
  const progress = new Progress('records', source.count);
  let index = known === undefined ? undefined : await create({ ...options, dimensions: known });
  let batch: SourceRecord[] = [];
  let done = 0;
  const flush = (): void => {
    if (index !== undefined) insert(index, batch);
    done += batch.length;
    batch = [];
    progress.at(done);
  };
  for await (const record of source.records()) {
    index ??= await create({ ...options, dimensions: dimensionsOf(record, metric) });
    const { item, place } = metric === 'hamming' ? packed(record) : record;
    const namespace = item.namespace ?? own;
    namespaces.add(namespace ?? '');
    batch.push({ item: namespace === undefined ? item : { ...item, namespace }, place });
    if (batch.length === BATCH) flush();
  }
  flush();
  progress.end();
  if (index === undefined)
    throw new RuVectorError('INVALID_ARGUMENT', 'expected a record or --dimensions, got neither');
  if (args.flag('maintain')) maintain(index);
  return { index, namespaces };
}

/** What the options are refused for is the command's fault. */
async function create(options: IndexOptions): Promise<Index> {
  try {
    return await createIndex(options);
  } catch (error) {
    const { code, message } = error as RuVectorError;
    if (code === 'INVALID_ARGUMENT' || code === 'LIMIT_EXCEEDED') throw new UsageError(message);
    throw error;
  }
}

function dimensionsOf({ item, place }: SourceRecord, metric: Metric | undefined): number {
  const vector = item.vector ?? item.values;
  if (!Array.isArray(vector) && !ArrayBuffer.isView(vector))
    throw misread(
      'INVALID_ARGUMENT',
      place,
      'a vector, an array of numbers',
      JSON.stringify(vector),
    );
  const length = checkLength(place, (vector as ArrayLike<number>).length);
  return metric === 'hamming' ? 8 * length : length;
}

/** Bits come as an array of bytes where the format has no other. */
function packed({ item, place }: SourceRecord): SourceRecord {
  const { vector = item.values, values, ...rest } = item;
  return Array.isArray(vector) && (item.vector === undefined || values === undefined)
    ? { item: { ...rest, vector: bytesOf(place, vector) }, place }
    : { item, place };
}

/** The packed bits that an array of numbers stands for. @throws INVALID_VECTOR */
export function bytesOf(place: string, numbers: readonly unknown[]): Uint8Array {
  const wrong = numbers.find(
    (byte) => !(typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255),
  );
  if (wrong !== undefined)
    throw misread('INVALID_VECTOR', place, 'bytes, 0 to 255, under hamming', JSON.stringify(wrong));
  return Uint8Array.from(numbers as number[]);
}

/** All of them or none; the error is that of the first that is refused. */
function insert(index: Index, batch: readonly SourceRecord[]): void {
  try {
    index.insert(batch.map(({ item }) => item));
  } catch (refused) {
    for (const { item, place } of batch) {
      try {
        index.insert(item);
      } catch (error) {
        throw error instanceof RuVectorError ? placed(error, place) : error;
      }
    }
    throw refused;
  }
}

/** The error, with the place in the file instead of `item`. */
function placed(error: RuVectorError, place: string): RuVectorError {
  const { code, message, details } = error;
  return new RuVectorError(code, `${place}: ${message.replace(/^item(\.|: )?/, '')}`, {
    ...(details !== undefined && { details }),
    cause: error,
  });
}

function maintain(index: Index): void {
  const { count } = index.stats();
  const progress = new Progress('in the graph', count);
  while (index.maintain({ budgetMs: 100 }).pending > 0) progress.at(index.stats().linked);
  progress.end();
}
