/**
 * Texts to passages. Markdown: prose of a few sentences, under the headings it stands under; tables and
 * lists are read as sentences, and code keeps its words. Plain text: its paragraphs, with all that is in
 * them.
 */

/** Characters of a passage. Shorter ones occur where a section is short or a sentence is long. */
const MIN = 200;
const MAX = 700;

/** Characters from which a sentence that is a paragraph by itself is about something of its own. */
const SENTENCE = 30;

/**
 * @param {readonly { file: string, text: string }[]} documents
 * @returns {{ id: string, file: string, heading: string, text: string }[]} in reading order;
 *   `heading` is the path to the passage, as in `Install > Linux`
 */
export function splitDocuments(documents) {
  return documents
    .flatMap(({ file, text }) =>
      sectionsOf(text).flatMap(({ heading, blocks }) =>
        joinBlocks(blocks).map((passage) => ({ file, heading, text: passage })),
      ),
    )
    .map((passage, i) => ({ id: `${passage.file}#${i}`, ...passage }));
}

/** What an embedder is given: the headings say what a passage is about. */
export function embeddedText({ heading, text }) {
  return heading === '' ? text : `${heading}\n${text}`;
}

/** The text under each heading, as blocks: paragraphs, list items, table rows. */
function sectionsOf(markdown) {
  const path = [];
  let section = { heading: '', blocks: [] };
  const sections = [section];
  let block = '';
  const endBlock = () => {
    const text = plain(block);
    if (hasWords(text)) section.blocks.push(text);
    block = '';
  };
  for (const { line, code } of linesOf(markdown)) {
    if (code !== undefined) {
      endBlock();
      if (hasWords(code)) section.blocks.push(onOneLine(code));
      continue;
    }
    const heading = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    if (heading !== null) {
      endBlock();
      path.length = Math.min(path.length, heading[1].length - 1);
      path[heading[1].length - 1] = plain(heading[2]);
      section = { heading: path.filter(Boolean).join(' > '), blocks: [] };
      sections.push(section);
    } else if (/^\s*\|/.test(line)) {
      endBlock();
      if (/^[\s|:-]+$/.test(line))
        section.blocks.pop(); // what is above it names the columns
      else section.blocks.push(tableRow(line));
    } else if (/^\s*([-*+]|\d+[.)])\s/.test(line)) {
      endBlock();
      block = line.replace(/^\s*([-*+]|\d+[.)])\s+/, '');
    } else if (line.trim() === '') {
      endBlock();
    } else {
      block += ` ${line.replace(/^\s*>\s?/, '')}`;
    }
  }
  endBlock();
  return sections;
}

/** Lines of prose, without comments, and blocks of code between fences, each whole. */
function* linesOf(markdown) {
  let fence;
  let code;
  let isComment = false;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) {
        yield { code };
        fence = undefined;
      } else code += `${line}\n`;
    } else if (mark !== undefined && !isComment) {
      fence = mark;
      code = '';
    } else {
      const [prose, isOpen] = withoutComments(line, isComment);
      const isWhole = isComment && isOpen;
      isComment = isOpen;
      if (!isWhole) yield { line: prose };
    }
  }
  if (fence !== undefined) yield { code };
}

/** @returns {[string, boolean]} what is left of a line, and whether a comment goes on after it */
function withoutComments(line, isWithin) {
  const end = isWithin ? line.indexOf('-->') : -3;
  if (isWithin && end < 0) return ['', true];
  let isOpen = false;
  const prose = line
    .slice(end + 3)
    .replace(/(`+)(?!`).*?\1(?!`)|<!--(?:.*?-->|.*$)/g, (part, ticks) => {
      if (ticks !== undefined) return part;
      isOpen = !part.endsWith('-->');
      return '';
    });
  return [prose, isOpen];
}

/** `| base/ | status | - |` as `base/: status` */
function tableRow(line) {
  const [first, ...others] = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map(plain)
    .filter((cell) => /[\p{L}\p{N}]/u.test(cell));
  return others.length === 0 ? (first ?? '') : `${first}: ${others.join(', ')}`;
}

/** What is left out where it is a tag: other words between angle brackets are words, as in `List<Item>`. */
const TAGS =
  'a abbr b br center code dd del details div dl dt em figure figcaption font h1 h2 h3 h4 h5 h6 hr i ' +
  'img ins kbd li main ol p picture pre q s samp section small source span strike strong sub summary ' +
  'sup table tbody td tfoot th thead tr tt u ul var video';
const TAG = new RegExp(`</?(?:${TAGS.replaceAll(' ', '|')})(?:\\s[^<>]*|/)?>`, 'gi');

/** Text without Markdown's marks; the code in it is kept as it is. */
function plain(markdown) {
  const parts = markdown.split(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/s);
  return onOneLine(
    parts.map((part, i) => (i % 3 === 0 ? unmarked(part) : i % 3 === 2 ? part : '')).join(''),
  );
}

function unmarked(prose) {
  return prose
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(TAG, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/(?<![\p{L}\p{N}*])\*(?![\s*])([^*]*?[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}_])_(?![\s_])([^_]*?[^\s_])_(?![\p{L}\p{N}_])/gu, '$1');
}

export function onOneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

export function hasWords(text) {
  return /[\p{L}\p{N}]/u.test(text);
}

/**
 * Plain text: a paragraph is a passage, but what is no sentence, as a title, goes with what follows.
 * @returns {{ heading: string, text: string }[]}
 */
export function splitText(text) {
  const paragraphs = text.split(/\n[^\S\n]*\n/).map(onOneLine);
  const isWhole = (passage) =>
    passage.length >= SENTENCE && /\p{STerm}[^\p{L}\p{N}]*$/u.test(passage);
  return joinBlocks(paragraphs.filter(hasWords), isWhole).map((passage) => ({
    heading: '',
    text: passage,
  }));
}

/**
 * Joins blocks, which are plain texts on one line, until they make a passage, and cuts those that
 * are too long for one.
 * @param {readonly string[]} blocks
 * @param {(passage: string) => boolean} [isWhole] of one that is short
 */
export function joinBlocks(blocks, isWhole = () => false) {
  const passages = [];
  let passage = '';
  for (const part of blocks.flatMap(cutBlock)) {
    if (passage.length >= MIN || passage.length + part.length >= MAX || isWhole(passage)) {
      passages.push(passage);
      passage = '';
    }
    passage = joined(passage, part);
  }
  const last = passages.at(-1);
  const isLeft = passage.length < MIN && !isWhole(passage);
  if (isLeft && last !== undefined && last.length + passage.length < MAX)
    passages.splice(-1, 1, joined(last, passage));
  else passages.push(passage);
  return passages.filter((text) => text !== '');
}

/** List items and table rows often end without a full stop. */
function joined(before, after) {
  if (before === '' || after === '') return before + after;
  return /[.!?:;,]["')]*$/.test(before) ? `${before} ${after}` : `${before}; ${after}`;
}

/** A block as pieces of at most MAX characters, between sentences or else between words. */
function cutBlock(block) {
  const pieces = [''];
  for (const sentence of block.split(/(?<=[.!?;:])\s+/).flatMap(cutSentence)) {
    if (pieces.at(-1).length + sentence.length < MAX)
      pieces.push(`${pieces.pop()} ${sentence}`.trim());
    else pieces.push(sentence);
  }
  return pieces.filter((piece) => piece !== '');
}

function cutSentence(sentence) {
  const words = sentence.split(' ');
  const pieces = [''];
  for (const word of words) {
    if (pieces.at(-1).length + word.length < MAX) pieces.push(`${pieces.pop()} ${word}`.trim());
    else pieces.push(word);
  }
  return pieces;
}
