/** A line on stderr, if that is a terminal, of how far something is. */
export class Progress {
  readonly #what: string;
  readonly #total: number | undefined;
  readonly #began: number = performance.now();
  #shown = Number.NEGATIVE_INFINITY;

  constructor(what: string, total?: number) {
    this.#what = what;
    this.#total = total;
  }

  at(done: number): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shown < 100) return;
    this.#shown = now;
    const of = this.#total === undefined ? '' : ` of ${this.#total.toLocaleString('en')}`;
    const seconds = ((now - this.#began) / 1000).toFixed(0);
    line(`${this.#what}: ${done.toLocaleString('en')}${of}, ${seconds} s`);
  }

  end(): void {
    if (Number.isFinite(this.#shown)) line('');
  }
}

/** Over the line before. */
function line(text: string): void {
  process.stderr.write(`\r\x1b[K${text}`);
}

/** What a command says beside its output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function inKilobytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
