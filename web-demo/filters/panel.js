/** The panel: a filter as rare as one likes on a larger index, with the planner and without. */
import { element, grouped, megabytes, showFacts } from '../common/elements.js';
import { inSlices } from '../common/slices.js';
import { Work } from '../common/work.js';
import { planLegend, planView } from '../plan/view.js';
import { COUNT, making, OPTIONS, PLACES, TAGS } from './made-index.js';
import { tryFilter } from './try.js';

/** Values of a tag that a filter lets through, from the rarest on. */
const LIMITS = [1, 2, 4, 10, 20, 30, 40, 60, 100, 150, 200, 300, 400, 600, 800, 1200, 2000];
const FIRST_LIMIT = 300;

const [panel, share, where, said] = [
  'filters',
  'filters-share',
  'filters-where',
  'filters-said',
].map(element);

/** @param {{ createIndex: Function }} module the package */
export function filtersPanel(module) {
  const work = new Work(panel, {
    bar: element('filters-bar'),
    phase: element('filters-phase'),
    count: element('filters-count'),
    cancel: element('filters-cancel'),
  });
  let made;
  let query = 0;
  const show = () => made && showTried(tryFilter(made.index, made.queries[query], chosen()));

  Object.assign(share, { max: LIMITS.length - 1, value: LIMITS.indexOf(FIRST_LIMIT) });
  element('filters-tried').append(planLegend());
  where.replaceChildren(...Object.entries(PLACES).map(([tag, place]) => new Option(place, tag)));
  element('filters-make').addEventListener('click', async () => {
    said.textContent = '';
    try {
      made = await work.run((options) => make(module, options));
      panel.dataset.state = 'made';
      said.textContent = `Made ${grouped(COUNT)} vectors: ${megabytes(made.index.stats().memoryBytes)}.`;
      share.focus({ preventScroll: true });
      show();
    } catch (error) {
      said.textContent = error.message;
    }
  });
  element('filters-drop').addEventListener('click', () => {
    made.index.dispose();
    made = undefined;
    panel.dataset.state = 'none';
    said.textContent = 'It is gone, and its memory free.';
    element('filters-make').focus({ preventScroll: true });
  });
  element('filters-other').addEventListener('click', () => {
    query = (query + 1) % made.queries.length;
    said.textContent = outcome(show());
  });
  share.addEventListener('input', show);
  // Aloud once one has let go of it.
  for (const control of [share, where])
    control.addEventListener('change', () => {
      said.textContent = outcome(show());
    });
  // Also when the drawings come to be seen.
  new ResizeObserver(() => show()).observe(element('filters-on'));
}

async function make({ createIndex }, { signal, onProgress }) {
  const index = await createIndex(OPTIONS);
  try {
    const queries = await inSlices(making(index), {
      signal,
      onProgress: ({ phase, done, total }) => onProgress(phase, done, total),
    });
    return { index, queries };
  } catch (error) {
    index.dispose();
    throw error;
  }
}

function chosen() {
  return { tag: where.value, limit: LIMITS[share.value] };
}

function showTried(tried) {
  const { limit } = chosen();
  const part = `${Number(((100 * limit) / TAGS).toPrecision(2))} %, ${grouped((COUNT / TAGS) * limit)} of ${grouped(COUNT)}`;
  element('filters-part').textContent = part;
  share.setAttribute('aria-valuetext', part);
  for (const [name, { explained, found, nearest, wanted }] of Object.entries(tried)) {
    showFacts(element(`filters-${name}-facts`), {
      Found: `${found} of ${wanted}`,
      'Truly nearest': `${nearest} of ${wanted}`,
      Compared: grouped(explained.distanceEvaluations + explained.codesScanned),
    });
    const place = element(`filters-${name}`);
    const width = Math.floor(place.clientWidth);
    if (width > 0) place.replaceChildren(planView(explained, { width }));
  }
  return tried;
}

function outcome({ on, off }) {
  const of = ({ found, wanted, explained }) =>
    `${found} of ${wanted} found, ${grouped(explained.distanceEvaluations + explained.codesScanned)} compared`;
  return `With the planner ${of(on)}; without it ${of(off)}.`;
}
