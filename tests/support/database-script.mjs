// Seeded operations on a database, what they must do to a plain Map, and what a database holds.
import { random, seededVectors } from './random.mjs';

export const NAMESPACES = ['', 'other'];

/** `count` operations, about 30 records alive, each `[verb, namespace, ...arguments]`. */
export function operations({ seed, count, dimensions }) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const vectors = seededVectors({ seed, count: 64, dimensions });
  const id = () => `id${below(40)}`;
  const item = () => ({
    id: id(),
    vector: vectors[below(vectors.length)],
    ...(below(3) > 0 && { metadata: { group: below(4), note: `n${below(100)}` } }),
  });
  const list = (most, make) => Array.from({ length: 1 + below(most) }, make);
  const makers = [
    ...Array(5).fill(() => ['upsert', list(20, item)]),
    () => ['upsert', [item()]],
    () => ['insert', [{ ...item(), id: `new${below(1e9)}` }]],
    () => ['update', id(), { metadata: { note: `u${below(100)}` } }],
    () => ['update', id(), { vector: vectors[below(vectors.length)] }],
    () => ['delete', list(6, id)],
    () => ['delete', list(6, id)],
    () => ['deleteWhere', { group: below(4) }],
    () => ['compact'],
    ...(below(2) ? [() => ['clear']] : []),
  ];
  return Array.from({ length: count }, () => {
    const [verb, ...args] = makers[below(makers.length)]();
    const namespace = verb === 'compact' ? '' : NAMESPACES[below(3) > 1 ? 1 : 0];
    return [verb, namespace, ...args];
  });
}

/** Does the operation to a database; what the verb returns. */
export function perform(db, [verb, namespace, ...args]) {
  const target = namespace === '' ? db : db.namespace(namespace);
  return target[verb](...args);
}

const keyOf = (namespace, id) => `${namespace}/${id}`;

/** Does the operation to a Map from namespace and id to record. */
export function performOnMap(model, [verb, namespace, argument, patch]) {
  const key = (id) => keyOf(namespace, id);
  switch (verb) {
    case 'upsert':
    case 'insert':
      for (const { id, vector, metadata } of argument)
        model.set(key(id), { namespace, id, vector: [...vector], metadata });
      return;
    case 'update': {
      const before = model.get(key(argument));
      if (before === undefined) return;
      const { vector, metadata } = patch;
      model.set(key(argument), {
        ...before,
        ...(vector && { vector: [...vector] }),
        ...(metadata && { metadata: { ...before.metadata, ...metadata } }),
      });
      return;
    }
    case 'delete':
      for (const id of argument) model.delete(key(id));
      return;
    case 'deleteWhere':
      for (const [name, record] of model)
        if (record.namespace === namespace && record.metadata?.group === argument.group)
          model.delete(name);
      return;
    case 'clear':
      // Of the database itself: everything.
      for (const [name, record] of model)
        if (namespace === '' || record.namespace === namespace) model.delete(name);
      return;
  }
}

/** All records as text, in order: equal for equal contents. */
export function contentsOfMap(model) {
  return JSON.stringify(
    NAMESPACES.map((wanted) =>
      [...model.values()]
        .filter(({ namespace }) => namespace === wanted)
        .map(({ id, vector, metadata }) => [id, vector, metadata ?? null]),
    ),
  );
}

export async function contentsOf(db) {
  const spaces = [];
  for (const name of NAMESPACES) {
    const view = name === '' ? db : db.namespace(name);
    const { ids } = await view.list({ limit: 10_000 });
    const records = await view.getMany(ids);
    spaces.push(records.map(({ id, vector, metadata }) => [id, vector, metadata ?? null]));
  }
  return JSON.stringify(spaces);
}

/** The contents after 0, 1, 2, ... operations. */
export function historyOf(list) {
  const model = new Map();
  return [
    contentsOfMap(model),
    ...list.map((operation) => {
      performOnMap(model, operation);
      return contentsOfMap(model);
    }),
  ];
}
