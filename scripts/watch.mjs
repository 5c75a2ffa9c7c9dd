// Runs a command that says much: `node scripts/watch.mjs NAME COMMAND ...`. Every ten seconds a line says
// how far it is, by ninja's "[3/12]"; what it said is printed if it fails, and its exit code is passed on.
// A process of its own, so that who starts it can wait without being asynchronous.
import { spawn } from 'node:child_process';

const EVERY_MS = 10_000;
const [name, command, ...args] = process.argv.slice(2);
const began = performance.now();
const said = [];
let steps = '';

const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
for (const stream of [child.stdout, child.stderr])
  stream.setEncoding('utf8').on('data', (text) => {
    said.push(text);
    for (const [, done, all] of text.matchAll(/^\[(\d+)\/(\d+)\] /gm))
      steps = `${done} of ${all} steps, `;
  });

const timer = setInterval(() => {
  console.log(`  ${name}: ${steps}${((performance.now() - began) / 1000).toFixed(0)} s`);
}, EVERY_MS);

child.on('error', ({ message }) => said.push(`${message}\n`));
child.on('close', (code) => {
  clearInterval(timer);
  process.exitCode = code === 0 ? 0 : 1;
  if (code !== 0) console.error(`${[command, ...args].join(' ')}\n${said.join('')}`);
});
