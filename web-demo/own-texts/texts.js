/**
 * The visitor's texts: a database of the package, one for each embedder, since vectors of two must
 * not meet. It is kept in IndexedDB; where there is none, in memory.
 */
import { embeddedText } from '../passages.js';
import { indexOptions } from '../search/glossary-index.js';

const PREFIX = 'demo-texts ';

/** Passages that are embedded and written between two chances for the page to draw. */
export const STEP = 16;

/**
 * A record is a passage: `file#number`, and in its metadata `file`, `heading`, `text`.
 * @typedef {{ file: string, heading: string, text: string }} Passage
 * @typedef {{ signal?: AbortSignal, onProgress?: (done: number, total: number) => void }} Options
 */
export class Texts {
  #db;
  #embedder;
  #module;
  /** Whether they are there after a reload. */
  isKept;
  /** What there is, in the order it came. @type {{ file: string, passages: number }[]} */
  documents = [];
  /** Set once another tab took the texts to another embedder. */
  isGone = false;
  /** While this page itself takes them to another embedder. */
  #isLeft = false;
  /** Names of documents that are not whole yet: neither listed nor found. */
  #coming = new Set();

  constructor(db, embedder, module, isKept) {
    this.#db = db;
    this.#embedder = embedder;
    this.#module = module;
    this.isKept = isKept;
  }

  /**
   * Opens those of an embedder. What is there of other ones, and what `before` has in memory, is
   * embedded anew and moves here, whole or not at all.
   * @param {Options & { before?: Texts, onChange: () => void }} options
   */
  static async open(module, embedder, { before, signal, onProgress, onChange }) {
    const name = PREFIX + embedder.model;
    const { db, isKept } = await openDatabase(module, name, indexOptions(embedder));
    const texts = new Texts(db, embedder, module, isKept);
    const wasEmpty = (await db.count()) === 0;
    if (before !== undefined) before.#isLeft = true;
    try {
      await texts.#adopt(isKept ? undefined : before, { signal, onProgress });
      await texts.#refresh();
    } catch (error) {
      if (wasEmpty) await db.clear();
      await db.close();
      throw error;
    }
    texts.#listen(onChange);
    return texts;
  }

  /** @returns {Promise<object>} what `explain()` says */
  explain(vector, options) {
    if (this.#coming.size === 0) return this.#db.explain(vector, options);
    const filter = { file: { $nin: [...this.#coming] }, ...options.filter };
    return this.#db.explain(vector, { ...options, filter });
  }

  /**
   * Adds a document under its name, or `name (2)` where there is one: all of it, or nothing.
   * @param {readonly Omit<Passage, 'file'>[]} passages
   * @param {Options} [options]
   * @returns what was added, and in how many steps of how many passages at most
   */
  async add(name, passages, options = {}) {
    const file = this.#freeName(name);
    const records = passages.map(({ heading, text }, i) => ({
      id: `${file}#${i}`,
      metadata: { file, heading, text },
    }));
    return this.#whole(async (isComing) => {
      isComing(file);
      return { file, ...(await this.#put(records, options)) };
    });
  }

  /** @param {...string} files */
  async remove(...files) {
    await this.#db.deleteWhere({ file: { $in: files } });
    await this.#refresh();
  }

  async clear() {
    await this.#db.clear();
    await this.#refresh();
  }

  /** All of it as a snapshot of the package. */
  async export() {
    return new Response(this.#db.export()).blob();
  }

  /**
   * Adds what an exported snapshot holds, beside what is there.
   * @param {Blob} snapshot
   * @param {Options & { anew?: boolean }} [options] `anew`: its vectors are made again, so it may be
   *   of any embedder
   * @throws what `open()` throws of a snapshot
   */
  async import(snapshot, { anew = false, ...options } = {}) {
    const source = await this.#openSnapshot(snapshot, anew);
    const names = new Map();
    try {
      return await this.#whole(async (isComing) => {
        let [passages, steps] = [0, 0];
        const total = await source.count();
        for await (const records of pages(source)) {
          options.signal?.throwIfAborted();
          const items = records.map(({ id, vector, metadata }) => {
            const { file, heading, text } = checked(metadata, id);
            const name = names.get(file) ?? this.#freeName(file, [...names.values()]);
            names.set(file, name);
            isComing(name);
            const number = id.slice(id.lastIndexOf('#') + 1);
            return { id: `${name}#${number}`, vector, metadata: { file: name, heading, text } };
          });
          await (anew ? this.#put(items, { signal: options.signal }) : this.#db.upsert(items));
          passages += items.length;
          ++steps;
          options.onProgress?.(passages, total);
        }
        return { files: [...names.values()], passages, steps };
      });
    } finally {
      await source.close();
    }
  }

  close() {
    return this.#db.close();
  }

  /**
   * Does `work`, which tells of each document before it writes any of it: this page shows them once
   * all are whole, and if it fails they are removed.
   */
  async #whole(work) {
    const files = [];
    const isComing = (file) => {
      if (this.#coming.has(file)) return;
      this.#coming.add(file);
      files.push(file);
    };
    try {
      return await work(isComing);
    } catch (error) {
      await this.#db.deleteWhere({ file: { $in: files } });
      throw error;
    } finally {
      for (const file of files) this.#coming.delete(file);
      await this.#refresh();
    }
  }

  async #put(records, { signal, onProgress }) {
    let [passages, steps, passagesPerStep] = [0, 0, 0];
    for (let at = 0; at < records.length; at += STEP) {
      const part = records.slice(at, at + STEP);
      const texts = part.map(({ metadata }) => embeddedText(metadata));
      const vectors = await this.#embedder.embed(texts, { signal });
      const items = part
        .map((record, i) => ({ ...record, vector: vectors[i] }))
        .filter(({ vector }) => vector.some((component) => component !== 0));
      if (items.length > 0) await this.#db.upsert(items, { signal });
      passages += items.length;
      ++steps;
      passagesPerStep = Math.max(passagesPerStep, part.length);
      onProgress?.(Math.min(at + STEP, records.length), records.length);
    }
    return { passages, steps, passagesPerStep };
  }

  /** A snapshot as a database of its own, in memory, off the page. */
  async #openSnapshot(snapshot, anew) {
    const { dimensions, model } = this.#embedder;
    const options = { storage: 'memory:', worker: true, snapshot };
    if (!anew) return this.#module.open('import', { ...options, dimensions, model });
    try {
      return await this.#module.open('import', { ...options, dimensions });
    } catch (error) {
      if (error.code !== 'DIMENSION_MISMATCH') throw error;
      return this.#module.open('import', { ...options, dimensions: error.actual });
    }
  }

  async #adopt(before, options) {
    if (before !== undefined) await this.#copy(before.#db, options);
    if (!this.isKept) return;
    const { open, listDatabases, deleteDatabase } = this.#module;
    for (const { name } of await listDatabases()) {
      if (!name.startsWith(PREFIX) || name === this.#db.name) continue;
      const storage = `idb:${name}`;
      const other = await open(name, { storage, tabs: 'readonly', worker: true });
      try {
        await this.#copy(other, options);
      } finally {
        await other.close();
      }
      await deleteDatabase(storage);
    }
  }

  async #copy(source, { signal, onProgress }) {
    const total = await source.count();
    let done = 0;
    for await (const records of pages(source)) {
      await this.#put(
        records.map(({ id, metadata }) => ({ id, metadata })),
        { signal },
      );
      done += records.length;
      onProgress?.(done, total);
    }
  }

  async #refresh() {
    const passages = new Map();
    for (let cursor; ; ) {
      const page = await this.#db.list({ limit: 1000, cursor });
      for (const id of page.ids) {
        const file = id.slice(0, id.lastIndexOf('#'));
        if (this.#coming.has(file)) continue;
        passages.set(file, (passages.get(file) ?? 0) + 1);
      }
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    this.documents = Array.from(passages, ([file, count]) => ({ file, passages: count }));
  }

  #listen(onChange) {
    let asked = false;
    this.#db.on('change', async () => {
      if (asked) return;
      asked = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
      asked = false;
      await this.#refresh().then(onChange, () => {}); // closed meanwhile
    });
    this.#db.on('blocked', () => {
      if (this.#isLeft) return;
      this.isGone = true;
      this.documents = [];
      onChange();
    });
  }

  #freeName(name, others = []) {
    const taken = new Set([...this.documents.map(({ file }) => file), ...others]);
    const short = name.slice(0, 120);
    let free = short;
    for (let i = 2; taken.has(free); ++i) free = `${short} (${i})`;
    return free;
  }
}

/** In IndexedDB, or where a page may have none, in memory. */
async function openDatabase({ open }, name, shape) {
  const options = { ...shape, durability: 'strict', worker: true };
  if (navigator.locks !== undefined && typeof indexedDB !== 'undefined')
    try {
      return { db: await open(name, { ...options, storage: `idb:${name}` }), isKept: true };
    } catch (error) {
      if (error.code !== 'STORAGE_UNAVAILABLE') throw error;
    }
  return { db: await open(name, { ...options, storage: 'memory:' }), isKept: false };
}

/** The records of a database, a step at a time. */
async function* pages(db) {
  for (let cursor; ; ) {
    const page = await db.list({ limit: STEP, cursor });
    if (page.ids.length > 0) yield db.getMany(page.ids);
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}

function checked(metadata, id) {
  const { file, heading, text } = metadata ?? {};
  if ([file, heading, text].every((field) => typeof field === 'string')) return metadata;
  throw new Error(
    `expected an export of this page, whose records have a file, a heading and a text; record '${id}' has not`,
  );
}
