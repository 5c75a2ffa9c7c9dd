// The critical path a second time, as its definition says it, for what the engine's analysis gives.

/** The cost of the most expensive way through a plan `{ order, edges, nodes }`. */
export function longestPath({ order, edges, nodes }) {
  const upTo = new Map();
  for (const id of order) {
    const before = edges.filter(([, to]) => to === id).map(([from]) => upTo.get(from));
    upTo.set(id, (nodes[id].cost ?? 0) + Math.max(0, ...before));
  }
  return Math.max(0, ...upTo.values());
}
