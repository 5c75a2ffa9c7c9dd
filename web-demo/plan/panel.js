/** "How it was found": the plan of every search, drawn as one types, where it is wanted to be seen. */
import { duration, element, grouped, make, showFacts } from '../common/elements.js';
import { remember, remembered } from '../common/remember.js';
import { planLegend, planView } from './view.js';
import { brief } from './words.js';

const KEY = 'demo-plan';

/** Which attention was spread, in words. */
const MECHANISMS = { topological: 'along the steps', minCutGated: 'to what limits the results' };

/** @returns {{ show: (answer?: import('../search/search.js').Answer) => void }} without an answer,
 *   there is no plan */
export function planPanel() {
  const [details, body] = ['plan-details', 'plan-body'].map(element);
  let answer;
  let drawn;

  /** Not while it is closed: nobody would see it. */
  function draw() {
    const width = Math.floor(body.clientWidth);
    if (!details.open || width === 0 || (drawn?.answer === answer && drawn?.width === width))
      return;
    drawn = { answer, width };
    body.replaceChildren(...(answer === undefined ? [nothing()] : contents(answer, width)));
  }

  details.open = remembered(KEY) === 'open';
  details.addEventListener('toggle', () => {
    remember(KEY, details.open ? 'open' : 'closed');
    draw();
  });
  element('plan-link').addEventListener('click', () => {
    details.open = true;
  });
  // Also when the panel comes to be seen.
  new ResizeObserver(draw).observe(body);
  return {
    show(found) {
      // Of texts that there are none of yet, there is nothing to tell.
      const plans = found?.plans.filter(({ records }) => records > 0) ?? [];
      answer = plans.length > 0 ? { ...found, plans } : undefined;
      element('plan-brief').textContent = answer === undefined ? '' : brief(plans);
      element('plan-link').hidden = answer === undefined;
      draw();
    },
  };
}

function nothing() {
  return make('p', {}, 'The plan of a search is drawn here, as you type.');
}

function contents({ embedMs, searchMs, plans }, width) {
  return [
    make(
      'p',
      {},
      `${duration(embedMs)} to make a vector of the words, ${duration(searchMs)} to find its nearest.`,
    ),
    ...plans.map((plan) => {
      const facts = make('dl');
      showFacts(facts, factsOf(plan));
      return make('div', {}, make('h3', {}, plan.name), planView(plan, { width }), facts);
    }),
    planLegend(),
  ];
}

/** What the search did, in the words of `explain()`. */
function factsOf(plan) {
  const { flow, mechanism, asked } = plan.dag;
  return {
    Plan: [plan.plan, plan.filter].filter(Boolean).join(', '),
    'Vectors compared': `${grouped(plan.distanceEvaluations)} of ${grouped(plan.records)}`,
    ...(plan.codesScanned > 0 && { 'Codes scanned': grouped(plan.codesScanned) }),
    ...(plan.hops > 0 && { 'Links followed': grouped(plan.hops) }),
    'Bytes read': grouped(plan.bytesRead),
    'Flow F*': grouped(flow),
    Attention: MECHANISMS[mechanism],
    ...(asked && { Planning: `${grouped(asked.work.arcs)} arcs` }),
  };
}
