/** Small drawings. */

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    node.setAttribute(name, typeof value === 'number' ? round(value) : value);
  node.append(...children);
  return node;
}

/** @param {'start' | 'middle' | 'end'} anchor which end of it is at `x` */
export function svgText(x, y, anchor, content, kind) {
  return svg('text', { x, y, 'text-anchor': anchor, class: kind }, content);
}

export function round(number) {
  return Math.round(10 * number) / 10;
}
