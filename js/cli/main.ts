#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { capabilities, RuVectorError } from '../node.js';
import { Arguments, helpOf, PROGRAM, UsageError, type Verb } from './arguments.js';
import { build, convert } from './convert.js';
import { info } from './info.js';
import { query } from './query.js';

/**
 * The command line. It ends with 0; with 1 and one line on stderr where the data or the machine is at
 * fault; with 2 where the command is. It is a program on top of the package's public exports.
 */

const VERBS: { readonly [name: string]: Verb } = { build, info, query, convert };

const USAGE = `usage: ${PROGRAM} VERB ...

${Object.entries(VERBS)
  .map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`)
  .join('\n')}

  VERB --help    what it takes
  --version      of the package
`;

async function run([name = '', ...rest]: readonly string[]): Promise<void> {
  if (name === '--version') return print(`${(await capabilities()).version}\n`);
  if (name === '--help' || name === '-h') return print(USAGE);
  if (!Object.hasOwn(VERBS, name))
    throw new UsageError(`expected one of ${Object.keys(VERBS).join(', ')}, got '${name}'`);
  const verb = VERBS[name] as Verb;
  if (rest.includes('--help') || rest.includes('-h')) return print(helpOf(name, verb));
  await verb.run(argumentsOf(verb, rest));
}

function argumentsOf({ positionals: wanted, options }: Verb, args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
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

/** What the line on stderr says; errors of the system name their code themselves. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof RuVectorError ? `${error.code}: ${error.message}` : error.message;
}

// Who reads the output may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

run(process.argv.slice(2)).catch((error: unknown) => {
  const misused = error instanceof UsageError;
  const line = describe(error).replace(/\s*\n\s*/g, ' ');
  process.stderr.write(`ruvector: ${line}\n`);
  if (misused) process.stderr.write(`try: ${PROGRAM} ${verbOf(process.argv[2])}--help\n`);
  process.exitCode = misused ? 2 : 1;
});

function verbOf(name = ''): string {
  return Object.hasOwn(VERBS, name) ? `${name} ` : '';
}
