// Texts with questions and judgements of what answers them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedText, splitDocuments } from '../../web-demo/passages.js';

const SHARED = resolve(process.env.RUVECTOR_DATA || '../shared/data');
const GLOSSARY = fileURLToPath(new URL('../../web-demo/glossary', import.meta.url));

/**
 * @typedef {object} Collection
 * @property {string} name
 * @property {string} [missing] why it is not here; then the rest is not either
 * @property {string} about what to know of its numbers
 * @property {{ id: string, text: string }[]} documents
 * @property {{ text: string, grades: Map<string, number> }[]} queries each with a relevant document
 */

/** 1,400 abstracts on aerodynamics, and 225 questions of those who read them (Cleverdon, 1967). */
export function cranfield() {
  const name = 'ir-cranfield';
  const folder = join(SHARED, name);
  if (!existsSync(folder)) return { name, missing: `expected it in ${folder}, found nothing` };
  const lines = (file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  const grades = new Map();
  for (const line of lines('qrels.tsv').slice(1)) {
    const [query, document, grade] = line.split('\t');
    if (!grades.has(query)) grades.set(query, new Map());
    if (Number(grade) > 0) grades.get(query).set(document, Number(grade));
  }
  return {
    name,
    about: 'Its README has BM25 0.3447, and latent semantic analysis of 256 components 0.3807.',
    documents: lines('corpus.jsonl').map((line) => JSON.parse(line)),
    queries: lines('queries.jsonl').map((line) => {
      const { id, text } = JSON.parse(line);
      return { text, grades: grades.get(id) };
    }),
  };
}

/**
 * The demo's glossary, and questions of who does not know the words: the best answer has grade 2, any
 * other 1.
 */
export function glossary() {
  const name = 'glossary';
  if (!existsSync(GLOSSARY)) return { name, missing: 'expected web-demo/glossary, found nothing' };
  const documents = splitDocuments(filesIn(GLOSSARY, '.md')).map((passage) => {
    const [, term] = passage.heading.split(' > ');
    return { id: idOf(passage.file, term), text: embeddedText({ ...passage, heading: term }) };
  });
  const queries = filesIn(join(GLOSSARY, 'questions'), '.tsv').flatMap(({ file, text }) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [question, ...terms] = line.split('\t');
        const grades = terms.map((term, i) => [idOf(file, term.trim()), i === 0 ? 2 : 1]);
        return { text: question, grades: new Map(grades) };
      }),
  );
  const about =
    'The questions avoid the words of what answers them; the weights of the page are learned from ' +
    'these texts.';
  return { name, about, documents, queries };
}

function filesIn(folder, kind) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(kind))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** A term is unique in its subject, which is a file. */
function idOf(file, term) {
  return `${parse(file).name}/${term}`;
}
