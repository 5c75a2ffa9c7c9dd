/** Where the gate's cycle is: a hand that turns once a cycle, and the part of it that is open. */
import { svg } from '../common/svg.js';
import { phaseAt } from './recording.js';

/** The gate is open from a quarter before the top to a quarter after it. */
const OPEN = 'M-40 0A40 40 0 0 1 40 0';

/** @returns {{ node: SVGElement, show: (timeMs: number, isGated: boolean) => string }} `show` tells in words */
export function dial() {
  const hand = svg('line', { x1: 0, y1: 0, x2: 0, y2: -32, class: 'hand' });
  const node = svg(
    'svg',
    { viewBox: '-50 -50 100 100', 'aria-hidden': 'true' },
    svg('circle', { r: 40, class: 'cycle' }),
    svg('path', { d: OPEN, class: 'open' }),
    hand,
    svg('circle', { r: 3, class: 'hub' }),
  );
  return {
    node,
    show(timeMs, isGated) {
      const { phase, isOpen } = phaseAt(timeMs);
      hand.setAttribute('transform', `rotate(${Math.round(360 * phase)})`);
      node.classList.toggle('gated', isGated);
      const gate = isGated ? `gate ${isOpen ? 'open' : 'shut'}` : 'no gate';
      return `phase ${phase.toFixed(2)}, ${gate}`;
    },
  };
}
