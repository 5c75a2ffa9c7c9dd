// Weighs what users download against size-budget.json; exits 1 when anything is over. `npm run size`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const { budgets } = JSON.parse(readFileSync('size-budget.json', 'utf8'));

/** The code that a production bundle gets; paths that `beside` matches load beside it. */
async function bundled(input, beside) {
  const leaveOut = {
    name: 'leave out',
    setup: ({ onResolve }) => onResolve({ filter: beside }, () => ({ external: true })),
  };
  const options = { bundle: true, minify: true, format: 'esm', write: false, plugins: [leaveOut] };
  const { outputFiles } = await build({ ...input, ...options });
  return Buffer.from(outputFiles[0].contents);
}

function partsOf({ files, entry, import: name }) {
  if (files) return files.map((file) => readFileSync(file));
  if (entry)
    return [bundled({ entryPoints: [entry] }, /^(react$|@langchain\/|@llamaindex\/|\.\.\/)/)];
  const contents = `export { ${name} } from './dist/index.js';`;
  return [bundled({ stdin: { contents, resolveDir: root } }, /\/(glue|inline)\.js$/)];
}

const rows = [];
for (const { name, max, ...what } of budgets) {
  const parts = await Promise.all(partsOf(what));
  const sum = (weigh) => parts.reduce((total, bytes) => total + weigh(bytes), 0);
  const gzip = sum((bytes) => gzipSync(bytes, { level: 9, memLevel: 9 }).length);
  rows.push({
    name,
    raw: sum((bytes) => bytes.length),
    'gzip -9': gzip,
    brotli: sum((bytes) => brotliCompressSync(bytes).length),
    max,
    used: `${Math.round((100 * gzip) / max)} %`,
    over: gzip > max,
  });
}
console.table(rows);
const over = rows.filter((row) => row.over);
if (over.length > 0) console.error(`over budget: ${over.map((row) => row.name).join(', ')}`);
process.exitCode = over.length > 0 ? 1 : 0;
