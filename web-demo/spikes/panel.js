/** The panel: plain neighbours beside spread, and a network of spiking neurons that shows its ways. */
import { element } from '../common/elements.js';
import { Work } from '../common/work.js';
import { armAt, places } from './arms.js';
import { placeSentence } from './words.js';

const [panel, said, map, close, hint, alpha, epsilon, speed, gate, time] = [
  'spikes',
  'spikes-said',
  'spikes-map',
  'spikes-close',
  'spikes-hint',
  'spikes-alpha',
  'spikes-epsilon',
  'spikes-speed',
  'spikes-gate',
  'spikes-time',
].map(element);

/** From the coarsest on: the finer, the more neurons fire, and the farther activation comes. */
const EPSILONS = [2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5];

/** Milliseconds of the network in a second. */
const SPEEDS = [5, 10, 20, 50];

/** How far an arrow key moves the query, and with Shift. */
const [STEP, LEAP] = [0.2, 1];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {{ createIndex: Function }} module the package */
export function spikesPanel(module) {
  const work = new Work(panel, {
    bar: element('spikes-bar'),
    phase: element('spikes-phase'),
    count: element('spikes-count'),
    cancel: element('spikes-cancel'),
  });
  const settings = { alpha: 0.8, epsilon: 2e-4, speed: 20, isGated: false };
  const queries = places();
  /** @type {import('./thought.js').Thought | undefined} */
  let thought;

  showSettings(settings);
  element('spikes-make').addEventListener('click', async () => {
    said.textContent = '';
    try {
      thought = await work.run(async (options) => {
        const [{ make }, { Thought }, snn] = await loaded();
        return new Thought(await make(module, snn, options), snn, settings);
      });
      panel.dataset.state = 'made';
      thought.ask(queries.next().value);
      map.focus({ preventScroll: true });
    } catch (error) {
      said.textContent = error.message;
    }
  });
  element('spikes-drop').addEventListener('click', () => {
    thought.dispose();
    thought = undefined;
    panel.dataset.state = 'none';
    said.textContent = 'It is gone, and its memory free.';
    element('spikes-make').focus({ preventScroll: true });
  });

  element('spikes-play').addEventListener('click', () => thought.playOrPause());
  element('spikes-again').addEventListener('click', () => thought.begin());
  element('spikes-other').addEventListener('click', () => thought.ask(queries.next().value));
  time.addEventListener('input', () => thought.seek(time.valueAsNumber));
  speed.addEventListener('change', () => {
    settings.speed = Number(speed.value);
  });
  gate.addEventListener('click', () => {
    settings.isGated = !settings.isGated;
    showSettings(settings);
    thought.begin();
  });
  for (const control of [alpha, epsilon]) {
    control.addEventListener('input', () => {
      settings.alpha = alpha.valueAsNumber;
      settings.epsilon = EPSILONS[epsilon.value];
      showSettings(settings);
      thought.rank();
    });
    // Aloud once one has let go of it.
    control.addEventListener('change', () => thought.tell());
  }
  for (const canvas of [map, close])
    canvas.addEventListener('click', (event) => thought.askUnder(event));
  map.addEventListener('keydown', (event) => {
    const [across, up] = ARROWS[event.key] ?? [];
    if (across !== undefined) {
      const far = event.shiftKey ? LEAP : STEP;
      const place = thought.move(far * across, far * up);
      hint.textContent = placeSentence(place, armAt(place));
    } else if (event.key === 'Enter' || event.key === ' ') thought.askHere();
    else return;
    event.preventDefault();
  });

  // Also when the drawings come to be seen, and as the page's colours change.
  const redraw = () => thought?.draw();
  for (const canvas of [map, close, element('spikes-raster')])
    new ResizeObserver(redraw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  matchMedia('(prefers-reduced-motion: reduce)').addEventListener('change', () => thought?.begin());
}

/** What only those load who want to see it. */
function loaded() {
  return Promise.all([
    import('./making.js'),
    import('./thought.js'),
    import('../package/dist/snn/entry.js'),
  ]);
}

function showSettings({ alpha: far, epsilon: exactness, speed: fast, isGated }) {
  Object.assign(epsilon, { max: EPSILONS.length - 1, value: EPSILONS.indexOf(exactness) });
  alpha.value = far;
  if (speed.length === 0)
    speed.replaceChildren(...SPEEDS.map((n) => new Option(`${n} ms a second`, n)));
  speed.value = fast;
  gate.ariaPressed = String(isGated);
  element('spikes-alpha-now').textContent = far.toFixed(2);
  element('spikes-epsilon-now').textContent = String(exactness);
  epsilon.setAttribute('aria-valuetext', String(exactness));
}
