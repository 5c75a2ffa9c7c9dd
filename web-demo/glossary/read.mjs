/**
 * The glossary's files: `<subject>.md` is `# Subject`, then `## Term` and a paragraph for each entry;
 * `questions/<subject>.tsv` has a question a line, and the terms that answer it, the best first.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @returns {Promise<{ entries: { id: string, subject: string, term: string, text: string }[],
 *   questions: { question: string, subject: string, terms: string[] }[] }>} by subject, in the order
 *   of the files
 */
export async function readGlossary(folder = fileURLToPath(new URL('.', import.meta.url))) {
  const [entries, questions] = [[], []];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  for (const file of files) {
    const { subject, terms } = parseSubject(await readFile(join(folder, file), 'utf8'), file);
    for (const [term, text] of terms)
      entries.push({ id: `${subject}/${term}`, subject, term, text });
    const lines = await readFile(
      join(folder, 'questions', file.replace(/\.md$/, '.tsv')),
      'utf8',
    ).catch(() => '');
    for (const line of lines.split('\n').filter(Boolean)) {
      const [question, ...answers] = line.split('\t');
      questions.push({ question, subject, terms: answers });
    }
  }
  return { entries, questions };
}

function parseSubject(markdown, file) {
  const [head, ...parts] = markdown.split(/^## +/m);
  const subject = /^# +(.+)$/m.exec(head)?.[1].trim();
  if (subject === undefined) throw new Error(`${file}: expected '# Subject' first`);
  const terms = parts.map((part) => {
    const [term, ...paragraph] = part.split('\n');
    const text = paragraph.join(' ').replace(/\s+/g, ' ').trim();
    if (text === '') throw new Error(`${file}: expected a paragraph under '## ${term}'`);
    return [term.trim(), text];
  });
  return { subject, terms };
}
