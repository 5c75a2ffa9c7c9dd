// The results of the matrix as a document in Markdown: tables, and what was said where there is no table.
import { cpus, loadavg } from 'node:os';
import { ENTRIES } from './bundlers/support/entries.mjs';

const SAID = { pass: 'pass', configured: 'pass with a line', fail: 'FAIL', missing: 'not run' };

/** @param {import('./rows.mjs').Outcome[]} results @param {{ commit: string, tarball: string }} about */
export function documentOf(results, { commit, tarball }) {
  const of = (group) => results.filter((it) => it.group === group);
  const [processor, ...others] = cpus();
  const parts = [
    `Printed by \`npm run matrix\` on ${new Date().toISOString().slice(0, 10)}, of ${tarball} of commit ` +
      `${commit}, on Node ${process.version} and ${1 + others.length} cores of ${processor?.model ?? '-'}, ` +
      `at a load of ${loadavg()[2].toFixed(1)}.`,
    'Cold start: from the import to the first answer over 1,000 vectors of 384 dimensions. Bytes are as ' +
      'gzip; fetched are those until that answer, where there is a network in between.',
    section('Hosts', table(FACTS, of('host').map(factsOf))),
    section('Bundlers', table(FACTS, of('bundler').map(factsOf))),
    section('What each entry weighs', weights(of('bundler'))),
    section('What a user reads where it does not load', texts(results)),
    section('What could not be run', said(results, 'missing')),
    section('What failed', said(results, 'fail')),
    section('Notes', notes(results)),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

const FACTS = ['row', 'version', 'result', 'line it needs', 'cold start, ms', 'fetched, bytes'];

function factsOf({ name, version, outcome, line, coldStartMs, bytes }) {
  const start = coldStartMs === undefined ? undefined : Math.round(coldStartMs);
  return [name, version, SAID[outcome], line && `\`${line}\``, start, bytes];
}

function weights(results) {
  const weighed = results.filter(({ entries }) => entries);
  if (weighed.length === 0) return undefined;
  const rows = weighed.map(({ name, entries, emitted = {} }) => [
    name,
    ...ENTRIES.map((entry) => entries[entry]),
    emitted.JavaScript,
    emitted.wasm,
  ]);
  return [
    'Of a program that imports that and nothing else, in production: the JavaScript that loads with it, ' +
      'without what is loaded later and without React, LangChain and LlamaIndex. The last two columns ' +
      'are all that a build of the test page puts out, of which a page fetches one wasm.',
    table(['bundler', ...ENTRIES, 'all JavaScript', 'all wasm'], rows),
  ].join('\n\n');
}

function texts(results) {
  const rows = results.flatMap(({ name, version, texts = {} }) =>
    Object.entries(texts).map(([what, text]) => [what, `${name} ${version}`, text]),
  );
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.length > 0 ? table(['what', 'where', 'text'], rows) : undefined;
}

function said(results, wanted) {
  const rows = results.filter(({ outcome }) => outcome === wanted);
  return rows.map(({ name, detail }) => `- ${name}: ${inLine(detail)}`).join('\n') || undefined;
}

function notes(results) {
  const rows = results.filter(({ outcome, detail }) => outcome in PASSED && detail);
  return rows.map(({ name, detail }) => `- ${name}: ${inLine(detail)}`).join('\n') || undefined;
}

const PASSED = { pass: true, configured: true };

const inLine = (text) => text.trim().replaceAll(/\s*\n\s*/g, '; ');

function section(title, body) {
  return body && `## ${title}\n\n${body}`;
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((it) => String(it ?? '-').replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return rows.length > 0 ? lines.join('\n') : undefined;
}
