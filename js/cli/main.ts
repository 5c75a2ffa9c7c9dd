#!/usr/bin/env node
import { run } from './program.js';

// Who reads the output may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Not process.exit(): a pipe may not have taken all of the output yet.
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
