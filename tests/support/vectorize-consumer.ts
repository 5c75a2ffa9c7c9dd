// A Worker's code, which knows Cloudflare's types alone, on our binding. Compiled by
// tests/node/vectorize.test.mjs.
import type {
  Vectorize,
  VectorizeIndex,
  VectorizeMatches,
  VectorizeQueryOptions,
  VectorizeVector,
} from '@cloudflare/workers-types';
import { createIndex, open } from '@ruvector/wasm';
import { createVectorizeBinding, type VectorizeBinding } from '@ruvector/wasm/vectorize';

const ours: VectorizeBinding = createVectorizeBinding(await createIndex({ dimensions: 3 }), {
  limits: { topKWithValues: 50 },
  metadataIndexes: ['genre'],
});
interface Doc {
  readonly genre: string;
}
export const ofTyped: VectorizeBinding = createVectorizeBinding(
  await createIndex<Doc>({ dimensions: 3 }),
);
const env: { BETA: VectorizeIndex; INDEX: Vectorize } = {
  BETA: ours,
  INDEX: createVectorizeBinding(await open('memory'), { limits: 'vectorize', name: 'docs' }),
};

const vectors: VectorizeVector[] = [
  { id: 'a', values: [1, 2, 3], namespace: 'n', metadata: { genre: 'news', tags: ['x'] } },
  { id: 'b', values: Float64Array.of(1, 2, 3), metadata: { author: { name: 'x' } } },
];
const options: VectorizeQueryOptions = {
  topK: 3,
  namespace: 'n',
  filter: { genre: { $in: ['news'] }, year: { $gte: 2000, $lt: 2010 }, done: null },
  returnMetadata: 'indexed',
  returnValues: true,
};
const { ids, count } = await env.BETA.upsert(vectors);
const { mutationId } = await env.INDEX.insert(vectors);
const found: VectorizeMatches[] = [
  await env.BETA.query(Float32Array.of(1, 2, 3), options),
  await env.INDEX.queryById('a', options),
];
const again: VectorizeVector[] = await env.INDEX.getByIds(ids);
const { dimensions, vectorCount } = await env.INDEX.describe();
const { config, vectorsCount } = await env.BETA.describe();
await env.INDEX.deleteByIds(ids);

// @ts-expect-error: no such limit
createVectorizeBinding(await createIndex({ dimensions: 3 }), { limits: { topk: 5 } });
// @ts-expect-error: no such operator at Cloudflare, so none of the type
await ours.query([1, 2, 3], { filter: { genre: { $startsWith: 'n' } } });
// @ts-expect-error: not an index
createVectorizeBinding({});

export { again, config, count, dimensions, found, mutationId, vectorCount, vectorsCount };
