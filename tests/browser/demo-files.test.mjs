// The demo reads files in Chromium: texts in a worker as in Node, and PDFs by pdf.js.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFiles } from '../../web-demo/files/read-files.js';
import { launchChromium } from './chromium.mjs';
import { BLANK, serveAll, until } from './drive.mjs';

/** A PDF with a page a list of lines; `trailer` is more of the trailer. */
function pdfOf(pages, trailer = '') {
  const streams = pages.map(
    (lines) => `BT /F 12 Tf 14 TL 72 720 Td ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`,
  );
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 595 842] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...streams.flatMap((stream, i) => [
      `<< /Type /Page /Parent 2 0 R /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F 3 0 R >> >> >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    ]),
  ];
  let text = '%PDF-1.4\n';
  const table = objects.map((object, i) => {
    const at = String(text.length).padStart(10, '0');
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${at} 00000 n \n`;
  });
  return (
    `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table.join('')}` +
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${text.length}\n%%EOF\n`
  );
}

/** Needs a password that is not the empty one. */
const ENCRYPTED = `/ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'11'.repeat(32)}> /U <${'22'.repeat(32)}> >>`;

/** Runs in the page. `cancelAt`: after so many files. */
async function readInPage({ files, cancelAt }) {
  const { readFiles } = await import('/files/read-files.js');
  const controller = new AbortController();
  const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return readFiles(
    files.map(([name, text]) => new File([bytes(text)], name)),
    {
      signal: controller.signal,
      onProgress: (done) => done === cancelAt && controller.abort(new Error('cancelled')),
    },
  ).catch((error) => error.message);
}

test('the file readers', async (t) => {
  const server = await serveAll({ '/blank.html': BLANK });
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const [errors, requests] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}blank.html`);
  const read = (files, cancelAt) => page.evaluate(readInPage, { files, cancelAt });

  const texts = [
    ['a.txt', 'Plain words.'],
    ['b.md', '# Sea\n\nSalt.\n'],
    ['c.csv', 'name,colour\napple,red\n'],
    ['d.json', '[{"name":"cod","lives":"deep"}]'],
    ['e.json', '['],
    ['g.txt', 'Gr\xfc\xdfe'],
    ['f.csv', Array.from({ length: 600 }, (_, i) => `row,${i}`).join('\n')],
  ];

  await t.test('give for texts what they give in Node, and load no pdf.js for them', async () => {
    const inNode = await readFiles(
      texts.map(([name, text]) => new File([Buffer.from(text, 'latin1')], name)),
    );
    assert.equal(inNode.passages.length, 605);
    assert.deepEqual(await read(texts), inNode);
    assert.deepEqual(
      requests.filter((path) => path.startsWith('/vendor/')),
      [],
    );
  });

  await t.test('read what is not UTF-8 as Windows-1252', async () => {
    const { passages, notes } = await read([['a.txt', '\x93na\xefve\x94, 5 \x80']]);
    assert.equal(passages[0].text, '“naïve”, 5 €');
    assert.equal(notes.length, 1);
  });

  await t.test('stop in the middle, and end their worker', async () => {
    assert.equal(await read(texts, 3), 'cancelled');
    await until(() => page.workers().length === 0);
  });

  await t.test('read the pages of a PDF, its paragraphs and its divided words', async () => {
    const long = 'The ferry leaves at seven, and comes back before the tide turns. '
      .repeat(4)
      .slice(0, -2);
    const lines = long.match(/.{1,60}(?: |$)/g).map((line) => line.trim());
    const pdf = pdfOf([
      ['Vectors are com-', 'pared. \\(Caf\\351\\)'],
      [...lines, '', 'The end.'],
    ]);
    const { passages, problems } = await read([['a.pdf', pdf], texts[0]]);
    assert.deepEqual(problems, []);
    assert.deepEqual(passages, [
      { file: 'a.pdf', heading: 'Page 1', text: 'Vectors are compared. (Café)' },
      { file: 'a.pdf', heading: 'Page 2', text: `${long}; The end.` },
      { file: 'a.txt', heading: '', text: 'Plain words.' },
    ]);
    assert.equal(requests.filter((path) => path.endsWith('pdf.min.mjs')).length, 1);
  });

  await t.test('say what is wrong with a PDF, and go on', async () => {
    const { passages, problems } = await read([
      ['broken.pdf', 'no PDF at all'],
      ['secret.pdf', pdfOf([['words']], ENCRYPTED)],
      ['scan.pdf', pdfOf([[]])],
      ['good.pdf', pdfOf([['Good words.']])],
    ]);
    assert.deepEqual(
      passages.map(({ file, text }) => [file, text]),
      [['good.pdf', 'Good words.']],
    );
    const messages = Object.fromEntries(problems.map(({ file, message }) => [file, message]));
    assert.deepEqual(Object.keys(messages), ['broken.pdf', 'secret.pdf', 'scan.pdf']);
    assert.match(messages['broken.pdf'], /^expected a PDF, got a damaged file/);
    assert.match(
      messages['secret.pdf'],
      /^expected a PDF without a password, got an encrypted one/,
    );
    assert.match(messages['scan.pdf'], /^expected text, got a PDF without any \(pages: 1\)$/);
  });

  assert.deepEqual(errors, []);
});
