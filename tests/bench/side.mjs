// The sides of a comparison, each a process of its own that answers one line at a time (side.h tells
// the commands). One is at work at any moment, so they share a machine without disturbing each other.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { K } from './data.mjs';

const HOST = fileURLToPath(new URL('host.mjs', import.meta.url));
const PATIENCE_MS = 300_000;
/** Libraries with threads of their own get one. */
const ONE_THREAD = { RAYON_NUM_THREADS: '1', OMP_NUM_THREADS: '1', TOKIO_WORKER_THREADS: '1' };

/** A process that is asked lines. An answer that does not come is an error that says why. */
export class Side {
  #child;
  #lines;
  #said = '';

  constructor(name, command, args, { patience = PATIENCE_MS } = {}) {
    this.name = name;
    this.patience = patience;
    this.#child = spawn(command, args.map(String), { env: { ...process.env, ...ONE_THREAD } });
    this.#child.stderr.on('data', (text) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    this.#child.stdin.on('error', () => {}); // the answer that does not come tells
    this.#child.on('error', (error) => {
      this.#said += error.message;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  ask(question) {
    this.#child.stdin.write(`${question}\n`);
    return this.answer(question);
  }

  async answer(question) {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#child.kill('SIGKILL');
    }, this.patience);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (late) throw new Error(`no answer to "${question}" in ${this.patience / 1000} s`);
    if (done) throw new Error(`ended at "${question}": ${lastWords(this.#said)}`);
    if (value.startsWith('error: ')) throw new Error(value.slice(7));
    return value;
  }

  async #numbers(question) {
    return (await this.ask(question)).trim().split(' ').map(Number);
  }

  /** Seconds. */
  async build(first, count) {
    return (await this.#numbers(`build ${first} ${count}`))[0];
  }
  /** Rows, K a query. */
  find(ef) {
    return this.#numbers(`find ${ef} ${K}`);
  }
  /** Queries per second. */
  async speed(ef, ms) {
    const [seconds, count] = await this.#numbers(`time ${ef} ${K} ${ms}`);
    return count / seconds;
  }
  async memory() {
    return (await this.#numbers('memory'))[0];
  }
  async save() {
    const [seconds, bytes] = await this.#numbers('save');
    return { seconds, bytes };
  }
  /** Seconds. */
  async load() {
    return (await this.#numbers('load'))[0];
  }
  end() {
    this.#child.stdin.end();
    setTimeout(() => this.#child.kill('SIGKILL'), 2000).unref();
  }
}

function lastWords(said) {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /error|panic|abort|unreachable/i.test(line));
  return (telling ?? lines.at(-1) ?? 'no message').trim().slice(0, 200);
}

/** A program of CMakeLists.txt that side.h is part of. */
export function native(name, program, { file, n, dim, metric }) {
  return new Side(name, `build/native/${program}`, [file, n, dim, metric]);
}

/** JavaScript: the adapter `module` (peers/*.mjs) on `node`, its `options` as JSON. */
export function hosted(name, module, { file, n, dim, metric }, options = {}) {
  const { node = process.execPath, patience, ...rest } = options;
  const flags = ['--expose-gc', '--max-old-space-size=8000', '--no-warnings'];
  const args = [...flags, HOST, module, file, n, dim, metric, JSON.stringify(rest)];
  return new Side(name, node, args, { patience });
}

const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url));

/** Ours in a build of `builds()`; `options` are those of createIndex(). */
export function ours({ name, node, wasm }, set, options) {
  return hosted(name, OURS, set, { node, wasm, ...options });
}

/** The wasm builds: what each is run on, or why it is not. */
export function builds(node24) {
  const relaxed = 'dist/ruvector.relaxed.wasm';
  const missing = !existsSync(relaxed) ? `no ${relaxed}` : node24.missing;
  return {
    simd128: { name: 'wasm simd128', wasm: 'dist/ruvector.wasm' },
    relaxed: { name: 'wasm relaxed', wasm: relaxed, node: node24.path, missing },
  };
}
