/** What a verb takes from the command line, and its help. */

export const PROGRAM = 'npx @ruvector/wasm';

/** What is wrong with the command, as against with the data. */
export class UsageError extends Error {}

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type Options = { readonly [name: string]: Option };

export interface Verb {
  /** A line for the list of verbs. */
  readonly summary: string;
  /** What to know before its options. */
  readonly about: string;
  /** All of them are needed. */
  readonly positionals: readonly string[];
  readonly options: Options;
  run(args: Arguments): Promise<void>;
}

export function helpOf(name: string, { about, positionals, options }: Verb): string {
  const lines = Object.entries(options).map(([long, { short, value, help }]) => {
    const left = `${short ? `-${short}, ` : '    '}--${long}${value ? ` ${value}` : ''}`;
    return `  ${left.padEnd(28)}${help}`;
  });
  const usage = [PROGRAM, name, ...positionals, '[options]'].join(' ');
  return `usage: ${usage}\n\n${about.trim()}\n\n${lines.join('\n')}\n`;
}

/** The words of a command: what has another form than an option asks for is a `UsageError`. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: { readonly [name: string]: unknown };

  constructor(values: { readonly [name: string]: unknown }, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw misfit(name, 'a number', text);
    return value;
  }

  boolean(name: string): boolean | undefined {
    return this.text(name) === undefined
      ? undefined
      : this.oneOf(name, ['true', 'false']) === 'true';
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text !== undefined && !known.includes(text as T))
      throw misfit(name, `one of ${known.join(', ')}`, text);
    return text as T | undefined;
  }

  json(name: string): unknown {
    const text = this.text(name);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      throw misfit(name, 'JSON', text);
    }
  }
}

function misfit(name: string, wanted: string, got: string | undefined): UsageError {
  return new UsageError(`--${name}: expected ${wanted}, got '${got}'`);
}

/** Options without those that were not given. */
export function defined(options: { readonly [name: string]: unknown }): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
