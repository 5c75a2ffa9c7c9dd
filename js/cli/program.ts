import { parseArgs } from 'node:util';
import { capabilities, RuVectorError } from '../node.js';
import { Arguments, helpOf, PROGRAM, UsageError, type Verb } from './arguments.js';
import { build, convert } from './convert.js';
import { info } from './info.js';
import { query } from './query.js';

/** The command line, a program on top of the package's public exports. */

const VERBS: { readonly [name: string]: Verb } = { build, info, query, convert };

const USAGE = `usage: ${PROGRAM} VERB ...

${Object.entries(VERBS)
  .map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`)
  .join('\n')}

  VERB --help    what it takes
  --version      of the package
`;

/**
 * Runs one command. Returns the exit code: 0; 1, after one line on stderr, where the data or the machine
 * is at fault; 2 where the command is.
 */
export async function run(args: readonly string[]): Promise<0 | 1 | 2> {
  try {
    await dispatch(args);
    return 0;
  } catch (error) {
    process.stderr.write(`ruvector: ${describe(error).replace(/\s*\n\s*/g, ' ')}\n`);
    if (!(error instanceof UsageError)) return 1;
    const [name] = args;
    if (name === undefined) process.stderr.write(USAGE);
    else process.stderr.write(`try: ${PROGRAM} ${verb(name) ? `${name} ` : ''}--help\n`);
    return 2;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<void> {
  if (name === undefined) throw new UsageError('expected a verb');
  if (name === '--version') return print(`${(await capabilities()).version}\n`);
  if (name === '--help' || name === '-h') return print(USAGE);
  const chosen = verb(name);
  if (chosen === undefined)
    throw new UsageError(`expected one of ${Object.keys(VERBS).join(', ')}, got '${name}'`);
  if (rest.includes('--help') || rest.includes('-h')) return print(helpOf(name, chosen));
  await chosen.run(argumentsOf(chosen, rest));
}

function verb(name: string): Verb | undefined {
  return Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
}

function argumentsOf({ positionals: wanted, options }: Verb, args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length !== wanted.length)
      throw new Error(`expected ${wanted.join(' ')}, got ${positionals.join(' ') || 'nothing'}`);
    return new Arguments(values, positionals);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Errors of the system name their code themselves. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof RuVectorError ? `${error.code}: ${error.message}` : error.message;
}
