// What the demo's built-in embedder knows, learned from the glossary. Made once, kept in build/demo
// as long as the texts and the code stay as they are.
//   node scripts/embedder.mjs   makes it, and prints what it weighs
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { learnWeights } from '../web-demo/embedders/learn.js';
import { readWeights } from '../web-demo/embedders/weights.js';
import { embeddedText, splitDocuments } from '../web-demo/passages.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const KEPT = join(root, 'build/demo');
const GLOSSARY = join(root, 'web-demo/glossary');
const CODE = join(root, 'web-demo/embedders');

/** @returns {Uint8Array} what `createHashedEmbedder` takes, and the page gets as /embedder.bin */
export function makeWeights() {
  const texts = splitDocuments(documents()).map(textOf);
  const code = readdirSync(CODE).map((name) => readFileSync(join(CODE, name), 'utf8'));
  const hash = createHash('sha256')
    .update(JSON.stringify([texts, code]))
    .digest('hex');
  const file = join(KEPT, `embedder-${hash.slice(0, 16)}.bin`);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  const bytes = learnWeights(texts);
  mkdirSync(KEPT, { recursive: true });
  // Tests that run at once make it at once: none may read half of it.
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
  return bytes;
}

function documents() {
  return readdirSync(GLOSSARY)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => ({ file: name, text: readFileSync(join(GLOSSARY, name), 'utf8') }));
}

/** As the page embeds it: of the path of headings, the last one names what the text is about. */
function textOf({ heading, text }) {
  return embeddedText({ heading: heading.split(' > ').at(-1), text });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  const bytes = makeWeights();
  const { texts, rank, rows } = readWeights(bytes);
  const size = gzipSync(bytes, { level: 9 }).length;
  console.log(
    `${texts} texts, ${rows.size} terms, directions of ${rank} components: ` +
      `${bytes.length} bytes, ${size} with gzip -9, in ${Math.round(performance.now() - began)} ms`,
  );
}
