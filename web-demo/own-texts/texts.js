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
   * Adds a document under its name, or `name (2)` where there is one: all of it, or nothing; one that
   * is here already, with the same words, is not added.
   * @param {readonly Omit<Passage, 'file'>[]} passages
   * @param {Options & { replaces?: (file: string) => Promise<boolean> }} [options] `replaces`: whether it
   *   takes the place of one with its name
   * @returns {Promise<{ file: string, passages: number, isKnown: boolean, replaced?: object[] }>}
   *   `replaced`: the passages that it took the place of
   */
  async add(name, passages, { replaces, ...options } = {}) {
    const short = shortened(name);
    const others = this.documents.filter(({ file }) => isNamed(file, short));
    for (const { file } of others)
      if (haveSameWords(await this.passagesOf(file), passages))
        return { file, passages: 0, isKnown: true };
    const isThere = others.some(({ file }) => file === short);
    if (!isThere || !(await replaces?.(short)))
      return this.#addAs(this.#freeName(short), passages, options);
    const replaced = await this.passagesOf(short);
    await this.#db.deleteWhere({ file: short });
    try {
      return { ...(await this.#addAs(short, passages, options)), replaced };
    } catch (error) {
      await this.#addAs(short, replaced);
      throw error;
    }
  }

  /** Undoes {@link add}. */
  async takeBack(file, replaced) {
    await this.remove(file);
    if (replaced !== undefined) await this.#addAs(file, replaced);
  }

  async #addAs(file, passages, options = {}) {
    const records = passages.map(({ heading, text }, i) => ({
      id: `${file}#${i}`,
      metadata: { file, heading, text },
    }));
    return this.#whole(async (isComing) => {
      isComing(file);
      return { file, passages: await this.#put(records, options), isKnown: false };
    });
  }

  /** @returns {Promise<Omit<Passage, 'file'>[]>} what {@link add} takes */
  async passagesOf(file) {
    const passages = [];
    for await (const records of pages(this.#db, (id) => fileOf(id) === file))
      for (const { metadata } of records)
        passages.push({ heading: metadata.heading, text: metadata.text });
    return passages;
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
   * @returns {Promise<{ files: string[], known: string[], passages: number }>} `known`: what is here
   *   already, with the same words, and was not added
   * @throws what `open()` throws of a snapshot
   */
  async import(snapshot, { anew = false, ...options } = {}) {
    const source = await this.#openSnapshot(snapshot, anew);
    const names = new Map();
    try {
      return await this.#whole(async (isComing) => {
        let done = 0;
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
          done += items.length;
          options.onProgress?.(done, total);
        }
        return this.#withoutKnown(names, done);
      });
    } finally {
      await source.close();
    }
  }

  /** Of what was imported under other names than its own, takes back what is here already. */
  async #withoutKnown(names, imported) {
    const known = [];
    let passages = imported;
    for (const [file, name] of names) {
      if (name === file) continue;
      const own = await this.passagesOf(name);
      const others = this.documents.filter((other) => isNamed(other.file, shortened(file)));
      for (const other of others) {
        if (!haveSameWords(await this.passagesOf(other.file), own)) continue;
        await this.#db.deleteWhere({ file: name });
        names.delete(file);
        known.push(other.file);
        passages -= own.length;
        break;
      }
    }
    return { files: [...names.values()], known, passages };
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

  /** @returns how many there are now: one that has nothing in it has no direction to be found in */
  async #put(records, { signal, onProgress } = {}) {
    let passages = 0;
    for (let at = 0; at < records.length; at += STEP) {
      const part = records.slice(at, at + STEP);
      const texts = part.map(({ metadata }) => embeddedText(metadata));
      const vectors = await this.#embedder.embed(texts, { signal });
      const items = part
        .map((record, i) => ({ ...record, vector: vectors[i] }))
        .filter(({ vector }) => vector.some((component) => component !== 0));
      if (items.length > 0) await this.#db.upsert(items, { signal });
      passages += items.length;
      onProgress?.(Math.min(at + STEP, records.length), records.length);
    }
    return passages;
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
        const file = fileOf(id);
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
    const short = shortened(name);
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

/** The records of a database whose ids are wanted, a step at a time. */
async function* pages(db, isWanted = () => true) {
  for (let cursor; ; ) {
    const page = await db.list({ limit: STEP, cursor });
    const ids = page.ids.filter(isWanted);
    if (ids.length > 0) yield db.getMany(ids);
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}

function fileOf(id) {
  return id.slice(0, id.lastIndexOf('#'));
}

function shortened(name) {
  return name.slice(0, 120);
}

/** Whether a document has that name, or had to get another because of it. */
function isNamed(file, name) {
  return (
    file === name || (file.startsWith(`${name} (`) && /^ \(\d+\)$/.test(file.slice(name.length)))
  );
}

function haveSameWords(passages, others) {
  return (
    passages.length === others.length &&
    passages.every(
      ({ heading, text }, i) => heading === others[i].heading && text === others[i].text,
    )
  );
}

function checked(metadata, id) {
  const { file, heading, text } = metadata ?? {};
  if ([file, heading, text].every((field) => typeof field === 'string')) return metadata;
  throw new Error(
    `expected an export of this page, whose records have a file, a heading and a text; record '${id}' has not`,
  );
}
