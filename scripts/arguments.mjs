// What the npm commands with options share.
import { parseArgs } from 'node:util';

/** The values of `options`, with --help and a --port that is a number; prints `usage` and ends where they are not. */
export function readArguments(usage, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65535)
      throw new Error(`--port: expected a number from 0 to 65535, got '${values.port}'`);
    return { ...values, port };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}
