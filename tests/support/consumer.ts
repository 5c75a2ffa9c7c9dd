// A program that uses the public types: it must compile as it stands, and every line that is marked
// must not. Compiled by tests/node/package.test.mjs in a folder where the package is installed.
import {
  type Capabilities,
  capabilities,
  createIndex,
  DimensionMismatchError,
  type ErrorCode,
  type Explanation,
  type Filter,
  type HnswOptions,
  type Index,
  type IndexOptions,
  type IndexStats,
  type Item,
  type ListResult,
  type Match,
  type Metadata,
  type Namespace,
  type Progress,
  type QueryOptions,
  type QueryResult,
  type RecallReport,
  RuVectorError,
  type StoredItem,
  type TuneResult,
  type VectorInput,
  type WriteResult,
} from '@ruvector/wasm';
import init, { type SearchResult, VectorDB, type VectorEntry } from '@ruvector/wasm/compat';
import {
  createPlanner,
  type Plan,
  type PlanAnalysis,
  type Raised,
  type Selector,
} from '@ruvector/wasm/dag';
import { wasmBytes } from '@ruvector/wasm/inline';
import { type DatabaseState, useDatabase, useQuery } from '@ruvector/wasm/react';
import { inputCurrents, type NeighborGraph, neighborGraph } from '@ruvector/wasm/snn';

/** An interface, as programs have them; it needs no index signature. */
interface Doc {
  readonly title: string;
  readonly tags: readonly string[];
  readonly year?: number;
  readonly lang?: 'en' | 'de' | null;
  readonly author?: { readonly name: string; readonly born?: { readonly year: number } };
}

const options: IndexOptions = {
  dimensions: 3,
  metric: 'cosine',
  model: 'mini',
  index: { type: 'flat' },
  truncateDim: 2,
  indexed: ['year'],
  maxMemoryBytes: 1e6,
  wasm: wasmBytes(),
};
const index: Index<Doc> = await createIndex<Doc>(options);
const planned: Plan = {
  order: ['scan', 'limit'],
  edges: [['scan', 'limit']],
  nodes: { scan: { cost: 2, candidates: 64 }, limit: {} },
};
const planner = await createPlanner({ wasm: wasmBytes() });
const analysis: PlanAnalysis = planner.analyze(planned, { k: 10 });
const flow: number | null = analysis.flow;
const raised: Raised = planner.raise(planned, { scan: { price: 1 } }, { wanted: 15 });
const selector: Selector = planner.selector({ bin: 2 });
selector.observe({ tension: analysis.tension, latency: raised.cost });
// @ts-expect-error: not a mechanism
planner.attention(planned, 'nearest');
// @ts-expect-error: what is wanted is not said
planner.raise(planned, {});

const plain: Index = await createIndex({ dimensions: 3 });
const graph: HnswOptions = { type: 'hnsw', M: 16, efConstruction: 200, ef: 64, seed: 1 };
const graphs: Index[] = [
  await createIndex({ dimensions: 3, index: 'hnsw', quantization: 'int8', targetRecall: 0.99 }),
  await createIndex({ dimensions: 3, index: graph, quantization: { type: 'int8', keep: false } }),
  await createIndex({ dimensions: 3, index: 'auto', quantization: { type: 'rabitq', bits: 4 } }),
];
const report: RecallReport = graphs.map((it) =>
  it.measureRecall({ samples: 50, topK: 5, ef: 100, seed: 2, queries: [[1, 2, 3]] }),
)[0] as RecallReport;
const tuned: TuneResult = plain.tune({ targetRecall: 0.9 });
const widths: number = tuned.ef + report.ef + plain.query([1, 2, 3], { ef: 100 }).count;

/** As transformers.js declares what it makes. */
declare const tensor: { get data(): Float32Array | BigInt64Array; dims: number[] };
const inputs: VectorInput[] = [
  [1, 2, 3],
  [1, 2, 3] as const,
  Float32Array.of(1, 2, 3),
  Float64Array.of(1, 2, 3),
  Int8Array.of(1, 2, 3),
  Uint8Array.of(1, 2, 3),
  { data: Float32Array.of(1, 2, 3), dims: [1, 3] },
  tensor,
];
const item: Item<Doc> = { id: 'a', vector: [1, 2, 3], metadata: { title: 't', tags: ['x'] } };
const written: WriteResult = index.upsert(item);
index.upsert([item, { id: 'b', values: inputs[1] as VectorInput }]);
index.upsert(new Set([item]));
index.insert(item);
index.upsertFlat(['c'], new Float32Array(3), { metadata: [{ title: 't', tags: [] }] });
for (const progress of index.upsertSteps([item])) {
  const { done, total }: Progress = progress;
  console.log(total === undefined ? done : done / total);
}
const updated: boolean = index.update('a', { metadata: { year: 2000 } });
const deleted: number = index.delete('a') + index.delete(['a', 'b'] as const);
const stored: StoredItem<Doc> | undefined = index.get('a');
const title: string | undefined = stored?.metadata?.title;
const many: (StoredItem<Doc> | undefined)[] = index.getMany(['a']);
const has: boolean[] = index.has(['a']);
const page: ListResult = index.list({ limit: 5 });
const count: number = index.count();
const filter: Filter<Doc> = {
  title: { $startsWith: 'a', $contains: 'b', $gt: 'a' },
  tags: 'x',
  year: { $gte: 2000, $in: [2001], $exists: true },
  lang: { $in: ['en', null] },
  'author.name': { $ne: 'n' },
  'author.born.year': 1900,
  $or: [{ tags: { $any: ['x'], $all: ['y'], $size: 2, $contains: 'z' } }, { $not: { lang: null } }],
};
const filtered: number = index.count(filter) + index.list({ filter }).ids.length;
const gone: number = index.deleteWhere({ year: { $lt: 1900 } });
const anything: Filter = { a: 1, 'b.c': { $in: ['x', 2, null] }, $or: [{ d: { $size: 2 } }] };
const loose: number =
  plain.count(anything) + plain.count({ lang: 'en', $not: { year: { $gt: 1 } } });
const inline: Index<{ lang: string; year: number; tags: string[] }> = await createIndex<{
  lang: string;
  year: number;
  tags: string[];
}>({ dimensions: 3, indexed: 'auto' });
inline.query([1, 2, 3], { filter: { lang: 'en', year: { $gte: 2000 }, tags: { $any: ['a'] } } });
const view: Namespace<Doc> = index.namespace('n');
view.upsert({ ...item, namespace: 'n' });
const of: string | undefined = view.query([1, 2, 3], { filter }).matches[0]?.namespace;
index.query([1, 2, 3], { namespace: 'n', filter: {} });
const both: Namespace<Doc>[] = [index, view];

const query: QueryOptions<Doc> = { topK: 5, minScore: 0.5, exact: true, includeVector: true };
const result: QueryResult<Doc> = index.query([1, 2, 3], query);
const match: Match<Doc> | undefined = result.matches[0];
const year: number | undefined = match?.metadata?.year;
const vector: number[] | undefined = match?.vector;
const results: QueryResult<Doc>[] = index.queryMany(inputs, { topK: 1 });
const explanation: Explanation<Doc> = index.explain([1, 2, 3]);
index.queryById('a');
const stats: IndexStats = index.stats();
const memory: number = index.compact().memoryBytes + index.maintain({ budgetMs: 1 }).pending;
const bytes: Uint8Array<ArrayBuffer> = index.export();
index.import(bytes);
index.import(bytes.buffer);
const found: Capabilities = await capabilities();
const metadata: Metadata | undefined = plain.get('a')?.metadata;

try {
  index.query([1]);
} catch (error) {
  if (error instanceof DimensionMismatchError) console.log(error.expected - error.actual);
  if (error instanceof RuVectorError) {
    const code: ErrorCode = error.code;
    const detail: string | number | boolean | undefined = error.details?.limit;
    console.log(code, detail);
    // @ts-expect-error: no such code
    if (error.code === 'NO_SUCH_CODE') console.log();
  }
}

await init();
await init({ module_or_path: fetch('/ruvector.wasm') });
const old = new VectorDB<Doc>(3, 'euclidean', true);
const made: string = old.insert(Float32Array.of(1, 2, 3), null, { title: 't', tags: [] });
const batch: string[] = old.insertBatch([{ vector: [1, 2, 3] }, { vector: [1, 2, 3], id: made }]);
const hits: SearchResult<Doc>[] = old.search([1, 2, 3], 5, { year: { $gte: 2000 } });
const entry: VectorEntry<Doc> | undefined = old.get(made);
const loaded: VectorDB = await VectorDB.loadFromIndexedDB('a');
const saved: true = await loaded.saveToIndexedDB();

function useNearest(vector: number[] | null): readonly string[] {
  const state: DatabaseState<Doc> = useDatabase<Doc>('a', { dimensions: 3, worker: true });
  const { result, error, isPending } = useQuery(state.db, vector, { filter: { year: 2000 } });
  if (isPending || error) return [];
  return result?.matches.map((it) => it.metadata?.title ?? '') ?? [];
}

function useWrong(): void {
  // @ts-expect-error: the signal is the hook's own
  useDatabase('a', { signal: AbortSignal.abort() });
  // @ts-expect-error: no such field of the records of this database
  useQuery(useDatabase<Doc>('a').db, [1, 2, 3], { filter: { titel: 'a' } });
}

// @ts-expect-error: an entry has a vector
old.insertBatch([{ id: 'a' }]);
// @ts-expect-error: the title is a string
const shown: number | undefined = hits[0]?.metadata?.title;

// @ts-expect-error: dimensions are required
await createIndex({});
// @ts-expect-error: no such metric
await createIndex({ dimensions: 3, metric: 'cos' });
// @ts-expect-error: no such quantisation
await createIndex({ dimensions: 3, quantization: 'pq' });
// @ts-expect-error: int8 has no bits to choose
await createIndex({ dimensions: 3, quantization: { type: 'int8', bits: 4 } });
// @ts-expect-error: no such index
await createIndex({ dimensions: 3, index: 'ivf' });
// @ts-expect-error: settings of another index
await createIndex({ dimensions: 3, index: { type: 'flat', M: 16 } });
// @ts-expect-error: undefined is not a value where optional properties are exact
await createIndex({ dimensions: 3, model: undefined });
// @ts-expect-error: no such option
index.query([1, 2, 3], { k: 5 });
// @ts-expect-error: a target is required
index.tune({});
// @ts-expect-error: recall is measured, not given
index.measureRecall({ recall: 0.9 });
// @ts-expect-error: no such field
index.query([1, 2, 3], { filter: { titel: 'a' } });
// @ts-expect-error: no such operator
index.count({ year: { $gtt: 2000 } });
// @ts-expect-error: the year is a number
index.count({ year: '2000' });
// @ts-expect-error: the year is a number
index.count({ year: { $gte: '2000' } });
// @ts-expect-error: a number does not start with text
index.count({ year: { $startsWith: '2' } });
// @ts-expect-error: no such language
index.count({ lang: { $in: ['fr'] } });
// @ts-expect-error: the title is no array
index.count({ title: { $any: ['a'] } });
// @ts-expect-error: the title is no array
index.count({ title: { $size: 1 } });
// @ts-expect-error: one tag is compared, not the list
index.count({ tags: ['a'] });
// @ts-expect-error: the tags are text
index.count({ tags: { $contains: 5 } });
// @ts-expect-error: no such field of the author
index.count({ 'author.age': 5 });
// @ts-expect-error: an author is an object, no name
index.count({ author: 'n' });
// @ts-expect-error: a nested object is not compared, its fields are
index.count({ author: { name: 'n' } });
// @ts-expect-error: the branches are filters of the same fields
index.count({ $or: [{ titel: 'a' }] });
// @ts-expect-error: deleting everything is said by {}
index.deleteWhere();
// @ts-expect-error: dates are text or numbers
plain.count({ at: { $gt: new Date() } });
// @ts-expect-error: a view has the verbs on records only
index.namespace('n').export();
// @ts-expect-error: not a vector
index.query('text');
// @ts-expect-error: not a vector
index.query(Int32Array.of(1, 2, 3));
// @ts-expect-error: an item has an id
index.upsert({ vector: [1, 2, 3] });
// @ts-expect-error: ids are strings
index.upsert({ id: 1, vector: [1, 2, 3] });
// @ts-expect-error: the metadata of this index has a title
index.upsert({ id: 'a', vector: [1, 2, 3], metadata: { tags: [] } });
// @ts-expect-error: metadata is JSON
plain.upsert({ id: 'a', vector: [1, 2, 3], metadata: { at: new Date() } });
// @ts-expect-error: results are read-only
result.count = 1;
// @ts-expect-error: the version is read-only
index.version = 1;
// @ts-expect-error: a record may be absent
console.log(index.get('a').id);
// @ts-expect-error: budgetMs is required
index.maintain({});
// @ts-expect-error: the title is a string
const wrong: number | undefined = stored?.metadata?.title;

index[Symbol.dispose]();
index.dispose();

export {
  batch,
  both,
  count,
  deleted,
  entry,
  explanation,
  filtered,
  flow,
  found,
  gone,
  has,
  loose,
  many,
  memory,
  metadata,
  of,
  page,
  results,
  saved,
  shown,
  stats,
  title,
  updated,
  useNearest,
  useWrong,
  vector,
  widths,
  written,
  wrong,
  year,
};

// An index of typed metadata is as good as another one.
const typed = await createIndex<{ readonly genre: string }>({ dimensions: 3 });
export const graphOfTyped: NeighborGraph = await neighborGraph(typed, { k: 4 });
export const currentsOfTyped: readonly number[] = inputCurrents(
  typed.query([1, 2, 3]),
  graphOfTyped,
).currents;
