/** JSON, or a JSON text a line (ndjson), as records to search. */

/** Fields that say what a record is called, the best one first. */
const NAMES = ['title', 'name', 'term', 'heading', 'label'];

/**
 * Each element of an array, each entry of an object, and each of the arrays in it: strings as they
 * are, objects as `field: value; field: value`.
 * @param {string} text
 * @returns {Generator<{ heading: string, text: string }>}
 * @throws {Error} for what is not JSON
 */
export function* recordsOfJson(text) {
  yield* recordsOf(parse(text), '');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = text.split(/\r?\n/);
    // A first line that is a whole text, and more after it: one a line.
    if (!lines.slice(1).some((line) => line.trim() !== '') || !isJson(lines[0]))
      throw new Error(`expected JSON, got something else: ${error.message}`);
    return lines.flatMap((line, i) => {
      if (line.trim() === '') return [];
      if (!isJson(line)) throw new Error(`expected JSON in line ${i + 1}, got something else`);
      return [JSON.parse(line)];
    });
  }
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function* recordsOf(value, heading) {
  const under = (name) => (heading === '' ? name : `${heading} > ${name}`);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield recordOf(item, under(`Item ${i + 1}`), heading);
  } else if (isObject(value)) {
    for (const [name, part] of Object.entries(value)) {
      if (Array.isArray(part) && part.some(isObject)) yield* recordsOf(part, under(name));
      else yield recordOf(part, under(name), under(name));
    }
  } else {
    yield { heading, text: textOf(value) };
  }
}

/** `heading` is for an item without a name, `above` is what one with a name stands under. */
function recordOf(item, heading, above) {
  if (!isObject(item)) return { heading, text: textOf(item) };
  const field = NAMES.find((name) => typeof item[name] === 'string' && item[name].trim() !== '');
  if (field === undefined || Object.keys(item).length === 1) return { heading, text: textOf(item) };
  const { [field]: name, ...others } = item;
  return { heading: above === '' ? name : `${above} > ${name}`, text: textOf(others) };
}

function textOf(value) {
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (!isObject(value)) return String(value);
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== '')
    .map(([field, part]) => `${field}: ${textOf(part)}`)
    .join('; ');
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
