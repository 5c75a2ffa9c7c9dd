/** Where to search: everything, the glossary or a subject of it, the visitor's texts or a file of them. */
import { element, make } from '../common/elements.js';

const within = element('within');

/** @returns {{ glossary?: object, texts?: object, name?: string }} filters; what has none is not
 *   searched. `name`: of less than everything */
export function scope() {
  const [kind, ...rest] = within.value.split(':');
  const name = rest.join(':');
  switch (kind) {
    case 'glossary':
      return { glossary: {}, name: 'the glossary' };
    case 'subject':
      return { glossary: { subject: name }, name };
    case 'texts':
      return { texts: {}, name: 'your texts' };
    case 'file':
      return { texts: { file: name }, name };
    default:
      return { glossary: {}, texts: {} };
  }
}

/**
 * Fills the choice; what was chosen stays chosen while it is there.
 * @param {readonly string[]} subjects
 * @param {readonly string[]} files
 */
export function showScopes(subjects, files) {
  const before = within.value;
  within.replaceChildren(
    option('', 'Everything'),
    option('glossary', 'The glossary'),
    ...(files.length > 0 ? [option('texts', 'Your texts')] : []),
    group('A subject of the glossary', 'subject', subjects),
    ...(files.length > 1 ? [group('One of your texts', 'file', files)] : []),
  );
  const isThere = [...within.options].some(({ value }) => value === before);
  within.value = isThere ? before : '';
  return isThere;
}

function group(label, kind, names) {
  return make('optgroup', { label }, ...names.map((name) => option(`${kind}:${name}`, name)));
}

function option(value, text) {
  return new Option(text, value);
}
