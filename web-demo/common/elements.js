/** The page's small tools: elements, and numbers as people read them. */

export const element = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** Fills a `dl`. */
export function showFacts(list, facts) {
  list.replaceChildren(
    ...Object.entries(facts).map(([name, value]) =>
      make('div', {}, make('dt', {}, name), make('dd', {}, value)),
    ),
  );
}

/** Browsers round their clock to 0.1 ms or more. */
export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 0.1
    ? 'less than 0.1 ms'
    : `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `812 bytes`, `4.1 MB` */
export function byteSize(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), UNITS.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power && 1)} ${UNITS[power]}`;
}

/** `12,345` */
export function grouped(number) {
  return Math.round(number).toLocaleString('en');
}

/** `1 passage`, `12,345 passages` */
export function plural(number, what) {
  return `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
}
