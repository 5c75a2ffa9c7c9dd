// What the demo reads of the files that people drop: each format, and each way to be wrong.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCsv } from '../../web-demo/files/csv.js';
import { readFiles } from '../../web-demo/files/read-files.js';

const SENTENCE = 'The ferry leaves at seven, and comes back before the tide turns. ';

/** Reads one file of that content. */
async function read(name, ...parts) {
  const { passages, problems } = await readFiles([new File(parts, name)]);
  for (const { file } of [...passages, ...problems]) assert.equal(file, name);
  return { passages: passages.map(({ heading, text }) => [heading, text]), problems };
}

async function passagesOf(name, ...parts) {
  const { passages, problems } = await read(name, ...parts);
  assert.deepEqual(problems, []);
  return passages;
}

async function problemOf(name, ...parts) {
  const { passages, problems } = await read(name, ...parts);
  assert.deepEqual(passages, []);
  assert.equal(problems.length, 1);
  return problems[0].message;
}

describe('text files', () => {
  it('keep their paragraphs apart where they are long enough, and have no Markdown', async () => {
    const long = SENTENCE.repeat(4).trim();
    const text = `# not a heading\r\n\r\n${long}\r\n \r\n${long.replace('and', '\r\nand')}\r\n`;
    assert.deepEqual(await passagesOf('a.txt', text), [
      ['', `# not a heading; ${long}`],
      ['', long],
    ]);
  });

  it('have a passage for each paragraph that is a sentence, and titles go with what follows', async () => {
    const text =
      'Kitchen\n\nThe coffee machine needs descaling.\n\nThe projector needs the grey adapter!\n\n' +
      'To do\n\nVisitors park behind the bakery (bays 12 to 18).\n\nMore';
    assert.deepEqual(await passagesOf('a.txt', text), [
      ['', 'Kitchen; The coffee machine needs descaling.'],
      ['', 'The projector needs the grey adapter!'],
      ['', 'To do; Visitors park behind the bakery (bays 12 to 18). More'],
    ]);
  });

  it('keep what is between angle brackets', async () => {
    const text =
      'Map<String, Integer> is `<b>generic</b>`, says Bob <bob@example.org>, as is *this*.';
    assert.deepEqual(await passagesOf('a.txt', text), [['', text]]);
  });

  it('that are not UTF-8 are read as Windows-1252, and that is noted', async () => {
    const bytes = Uint8Array.from('Gr\xfc\xdfe, na\xefve', (letter) => letter.charCodeAt(0));
    const { passages, problems, notes } = await readFiles([new File([bytes], 'a.txt')]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      passages.map(({ text }) => text),
      ['Grüße, naïve'],
    );
    assert.deepEqual(notes, [
      {
        file: 'a.txt',
        message: 'it is not UTF-8 and was read as Windows-1252 (Western European)',
      },
    ]);
    assert.deepEqual((await readFiles([new File(['Grüße'], 'a.txt')])).notes, []);
  });

  it('are cut between sentences into passages of at most 700 characters', async () => {
    const passages = await passagesOf('long.TXT', SENTENCE.repeat(100));
    assert.equal(passages.map(([, text]) => text).join(' '), SENTENCE.repeat(100).trim());
    for (const [, text] of passages) assert.ok(text.length >= 200 && text.length <= 700);
  });

  const text = 'Grüße, naïve 東京 😀';
  const utf16 = (isLittle) => {
    const bytes = new DataView(new ArrayBuffer(2 * text.length + 2));
    bytes.setUint16(0, 0xfeff, isLittle);
    for (let i = 0; i < text.length; ++i) bytes.setUint16(2 * i + 2, text.charCodeAt(i), isLittle);
    return bytes;
  };
  for (const [name, bytes] of Object.entries({
    'UTF-8': text,
    'UTF-8 with a byte order mark': `\ufeff${text}`,
    'UTF-16, little end first': utf16(true),
    'UTF-16, big end first': utf16(false),
  }))
    it(`are read as ${name}`, async () => {
      assert.deepEqual(await passagesOf('a.txt', bytes), [['', text]]);
    });
});

describe('Markdown', () => {
  it('is split as the documentation is, by headings', async () => {
    const text =
      '# Sea\n\nSalt.\n\n## Tides\n\nTwice a *day*, **not** _once_; 2 * 3 * 4, snake_case_name.\n';
    assert.deepEqual(await passagesOf('a.md', text), [
      ['Sea', 'Salt.'],
      ['Sea > Tides', 'Twice a day, not once; 2 * 3 * 4, snake_case_name.'],
    ]);
  });

  it('keeps the words of code, tags and marks among them', async () => {
    const code = '```html\n<section id="q">\n  *fenced* numbat\n</section>\n# no heading\n```';
    const text = `# T\n\nWrite \`<div class="x">\` and \`__init__\`.\n${code}\n\nAfter.\n\n~~~\nnever closed`;
    assert.deepEqual(await passagesOf('a.md', text), [
      [
        'T',
        'Write <div class="x"> and __init__. <section id="q"> *fenced* numbat </section> # no heading; ' +
          'After. never closed',
      ],
    ]);
  });

  it('loses tags and comments, and no other words between angle brackets', async () => {
    const text =
      'A <b>bold</b> `Map<K, V>`, Map<String, Integer>, List<Item>, <bob@example.org>.<br/> 1 < 2 <!-- not\n' +
      'this\n```\nor this --> but this, `<!-- and this -->`.';
    assert.deepEqual(await passagesOf('a.md', text), [
      [
        '',
        'A bold Map<K, V>, Map<String, Integer>, List<Item>, <bob@example.org>. 1 < 2 but this, <!-- and this -->.',
      ],
    ]);
  });
});

describe('CSV', () => {
  it('is a passage a row, each value with the name of its column', async () => {
    const text = 'name,colour,note\r\napple,red,"sweet, ""crisp"""\r\npear,,\r\n"a\nb",green,x';
    assert.deepEqual(await passagesOf('a.csv', text), [
      ['Row 2', 'name: apple; colour: red; note: sweet, "crisp"'],
      ['Row 3', 'name: pear'],
      ['Row 4', 'name: a b; colour: green; note: x'],
    ]);
  });

  it('has no names where its first row is data', async () => {
    assert.deepEqual(await passagesOf('a.csv', 'apple,3\npear,4\n'), [
      ['Row 1', 'apple; 3'],
      ['Row 2', 'pear; 4'],
    ]);
    assert.deepEqual(await passagesOf('a.csv', 'apple,red\n'), [['Row 1', 'apple; red']]);
  });

  it('may have semicolons or tabs between its cells', async () => {
    for (const separator of [';', '\t']) {
      const text = `name${separator}"price; about, or so"\napple${separator}3,50\n`;
      assert.deepEqual(await passagesOf('a.csv', text), [
        ['Row 2', 'name: apple; price; about, or so: 3,50'],
      ]);
    }
  });

  it('comes out as it went in, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ';', ' ', 'é') });
    const rows = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })));
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (table, end, isLast) => {
        // Names without marks, so that it is plain what separates.
        const all = [table[0]?.map((_, i) => `c${i}`) ?? ['c0', 'c1'], ...table];
        const text = all.map((row) => row.map(quoted).join(',')).join(end);
        assert.deepEqual(parseCsv(isLast ? text + end : text), all);
      }),
      { numRuns: 300, seed: 42 },
    );
  });

  it('with a quote that is not closed, or is followed by more, is a problem', async () => {
    assert.equal(
      await problemOf('a.csv', 'a,b\n1,"2\n'),
      'expected a closing quote in row 2, got the end of the file',
    );
    assert.equal(
      await problemOf('a.csv', 'a,b\n1,"2"3\n'),
      'expected "," after a closing quote in row 2, got "3"',
    );
  });
});

describe('JSON', () => {
  it('is a passage an element, by its own name where it has one', async () => {
    const value = [
      'plain words',
      { title: 'Tides', body: 'Twice a day', tags: ['sea', 'moon'], none: null },
      { size: 3, of: { colour: 'red' } },
    ];
    assert.deepEqual(await passagesOf('a.json', JSON.stringify(value)), [
      ['Item 1', 'plain words'],
      ['Tides', 'body: Twice a day; tags: sea, moon'],
      ['Item 3', 'size: 3; of: colour: red'],
    ]);
  });

  it('of one object is a passage an entry, and those of the lists in it', async () => {
    const value = { tide: 'Twice a day', sizes: [1, 2], fish: [{ name: 'cod', lives: 'deep' }] };
    assert.deepEqual(await passagesOf('a.json', JSON.stringify(value)), [
      ['tide', 'Twice a day'],
      ['sizes', '1, 2'],
      ['fish > cod', 'lives: deep'],
    ]);
  });

  it('may be one text a line, by either name', async () => {
    for (const name of ['a.ndjson', 'a.json'])
      assert.deepEqual(await passagesOf(name, '{"name":"cod","lives":"deep"}\n\n"words"\r\n'), [
        ['cod', 'lives: deep'],
        ['Item 2', 'words'],
      ]);
  });

  it('that is broken is a problem, with the line where there are lines', async () => {
    assert.match(await problemOf('a.json', '[1, 2'), /^expected JSON, got something else: /);
    assert.equal(
      await problemOf('a.ndjson', '{"a":"b"}\n{"a":\n'),
      'expected JSON in line 2, got something else',
    );
  });
});

describe('a file that cannot be read', () => {
  const PROBLEMS = {
    'is of another kind': ['a.jpg', 'x', 'expected .txt, .md, .csv, .json or .pdf, got "a.jpg"'],
    'has no kind': ['notes', 'x', 'expected .txt, .md, .csv, .json or .pdf, got "notes"'],
    'is empty': ['a.txt', '', 'expected text, got an empty file'],
    'has no words': ['a.txt', ' \n-\n', 'expected text, got none'],
    'has zero bytes in it': ['a.txt', 'a\0b', 'expected text, got a binary file'],
    'has other bytes than text': [
      'a.txt',
      new Uint8Array([0x89, 0x50, 1, 2]),
      'expected text, got a binary file',
    ],
    'is not what its byte order mark says': [
      'a.txt',
      new Uint8Array([0xff, 0xfe, 0x41]),
      'expected text in UTF-16, as its byte order mark says, got other bytes',
    ],
  };
  for (const [what, [name, content, message]] of Object.entries(PROBLEMS))
    it(`says so when it ${what}`, async () => {
      assert.equal(await problemOf(name, content), message);
    });

  it('says so when it is too large, without reading it', async () => {
    const file = new File(['x'], 'a.txt');
    Object.defineProperty(file, 'size', { value: 73_400_000 });
    Object.defineProperty(file, 'arrayBuffer', { value: () => assert.fail('read') });
    assert.deepEqual((await readFiles([file])).problems, [
      { file: 'a.txt', message: 'expected at most 50 MB, got 73.4 MB' },
    ]);
  });

  it('says so when it is gone', async () => {
    const file = new File(['x'], 'a.txt');
    const gone = () => Promise.reject(new Error('it could not be found'));
    Object.defineProperty(file, 'arrayBuffer', { value: gone });
    const { problems } = await readFiles([file]);
    assert.deepEqual(problems, [{ file: 'a.txt', message: 'it could not be found' }]);
  });
});

describe('several files', () => {
  it('are read in their order, and a bad one does not stop the others', async () => {
    const progress = [];
    const { passages, problems } = await readFiles(
      [new File(['one'], 'a.txt'), new File(['\0'], 'b.txt'), new File(['three'], 'c.txt')],
      { onProgress: (done, of) => progress.push([done, of]) },
    );
    assert.deepEqual(
      passages.map(({ file, text }) => [file, text]),
      [
        ['a.txt', 'one'],
        ['c.txt', 'three'],
      ],
    );
    assert.deepEqual(
      problems.map(({ file }) => file),
      ['b.txt'],
    );
    assert.deepEqual(progress, [
      [0, 3],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('stop where the signal says so, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const read = [];
    await assert.rejects(
      readFiles([new File(['one'], 'a.txt'), new File(['two'], 'b.txt')], {
        signal: controller.signal,
        onProgress: (done) => {
          read.push(done);
          if (done === 1) controller.abort(reason);
        },
      }),
      (error) => error === reason,
    );
    assert.deepEqual(read, [0, 1]);
  });
});
