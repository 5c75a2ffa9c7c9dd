// Graphs, and what their cuts are compared with: a matrix of weights, the least of all its cuts, a
// plain Stoer-Wagner. Nothing here is of the package.

/** Row by row; parallel edges add up. */
export function matrixOf(nodes, edges) {
  const matrix = Array.from({ length: nodes }, () => new Float64Array(nodes));
  for (const [u, v, weight] of edges) {
    matrix[u][v] += weight;
    matrix[v][u] += weight;
  }
  return matrix;
}

/** What the edges between `side`, a Set of nodes, and the others weigh. */
export function crossing(matrix, side) {
  let sum = 0;
  for (const u of side)
    for (let v = 0; v < matrix.length; ++v) if (!side.has(v)) sum += matrix[u][v];
  return sum;
}

/** Of all 2^(n-1) - 1 cuts. */
export function leastOfAll(matrix) {
  const n = matrix.length;
  let least = Number.POSITIVE_INFINITY;
  for (let bits = 1; bits < 1 << (n - 1); ++bits) {
    let sum = 0;
    for (let u = 0; u < n; ++u)
      if ((bits >> u) & 1) for (let v = 0; v < n; ++v) if (!((bits >> v) & 1)) sum += matrix[u][v];
    least = Math.min(least, sum);
  }
  return least;
}

/** Stoer, Wagner, "A simple min-cut algorithm", 1997, as it is in the paper. */
export function stoerWagner(given) {
  const matrix = given.map((row) => Float64Array.from(row));
  const left = matrix.map((_, i) => i);
  let least = Number.POSITIVE_INFINITY;
  while (left.length > 1) {
    const tied = new Float64Array(matrix.length);
    const outside = [...left];
    let [before, last] = [-1, -1];
    while (outside.length > 0) {
      let most = 0;
      for (let i = 1; i < outside.length; ++i) if (tied[outside[i]] > tied[outside[most]]) most = i;
      [before, last] = [last, outside[most]];
      outside[most] = outside.at(-1);
      outside.pop();
      for (const node of outside) tied[node] += matrix[last][node];
    }
    least = Math.min(least, tied[last]);
    for (const node of left) {
      matrix[before][node] += matrix[last][node];
      matrix[node][before] = matrix[before][node];
    }
    left.splice(left.indexOf(last), 1);
  }
  return least;
}

const any = (next, begin, end, count, weight) =>
  Array.from({ length: end - begin > 1 ? count : 0 }, () => {
    const u = Math.floor(next() * (end - begin));
    const v = (u + 1 + Math.floor(next() * (end - begin - 1))) % (end - begin);
    return [begin + u, begin + v, weight()];
  });
const pairs = (nodes) =>
  Array.from({ length: nodes }, (_, u) => Array.from({ length: u }, (_, v) => [u, v])).flat();

/** By name: the edges of a graph, from seeded `next()`, the number of nodes and a source of weights. */
export const SHAPES = {
  random: (next, nodes, weight) => any(next, 0, nodes, 4 * nodes, weight),
  sparse: (next, nodes, weight) => any(next, 0, nodes, Math.ceil(1.5 * nodes), weight),
  apart: (next, nodes, weight) => [
    ...any(next, 0, nodes >> 1, 2 * nodes, weight),
    ...any(next, nodes >> 1, nodes, 2 * nodes, weight),
  ],
  star: (_, nodes, weight) => Array.from({ length: nodes - 1 }, (_, i) => [0, i + 1, weight()]),
  barbell: (next, nodes, weight) => [
    ...pairs(nodes)
      .filter(([u, v]) => u < nodes >> 1 === v < nodes >> 1)
      .map(([u, v]) => [u, v, weight()]),
    ...[0, 1].map(() => [
      Math.floor(next() * (nodes >> 1)),
      (nodes >> 1) + Math.floor(next() * (nodes - (nodes >> 1))),
      1,
    ]),
  ],
  path: (_, nodes, weight) => Array.from({ length: nodes - 1 }, (_, i) => [i, i + 1, weight()]),
  grid: (_, nodes, weight) => {
    const wide = Math.floor(Math.sqrt(nodes));
    return Array.from({ length: nodes }, (_, v) => [
      ...(v % wide > 0 ? [[v - 1, v, weight()]] : []),
      ...(v >= wide ? [[v - wide, v, weight()]] : []),
    ]).flat();
  },
  complete: (_, nodes, weight) => pairs(nodes).map(([u, v]) => [u, v, weight()]),
};

/**
 * Points in the unit square, each joined to its `k` nearest; a cell a point or so to look for them in.
 * Each edge once, as a list of ends: from, to, from, ...
 */
export function nearestNeighbors(next, nodes, k) {
  const x = Float64Array.from({ length: nodes }, next);
  const y = Float64Array.from({ length: nodes }, next);
  const wide = Math.max(1, Math.floor(Math.sqrt(nodes / 2)));
  const cellOf = (i) => Math.floor(y[i] * wide) * wide + Math.floor(x[i] * wide);
  const first = new Int32Array(wide * wide).fill(-1);
  const following = new Int32Array(nodes);
  for (let i = 0; i < nodes; ++i) {
    following[i] = first[cellOf(i)];
    first[cellOf(i)] = i;
  }
  const ends = new Uint32Array(2 * nodes * k);
  for (let i = 0; i < nodes; ++i) {
    const [cx, cy] = [Math.floor(x[i] * wide), Math.floor(y[i] * wide)];
    const found = [];
    // Rings of cells: what is in ring r + 1 or beyond is at least r cells away.
    for (let r = 0; r <= wide; ++r) {
      for (let cellY = cy - r; cellY <= cy + r; ++cellY)
        for (let cellX = cx - r; cellX <= cx + r; ++cellX) {
          if (Math.max(Math.abs(cellX - cx), Math.abs(cellY - cy)) < r) continue;
          if (cellX < 0 || cellY < 0 || cellX >= wide || cellY >= wide) continue;
          for (let j = first[cellY * wide + cellX]; j >= 0; j = following[j])
            if (j !== i) found.push([(x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2, j]);
        }
      if (found.length < k) continue;
      found.sort((a, b) => a[0] - b[0]);
      if (found[k - 1][0] <= (r / wide) ** 2) break;
    }
    for (let j = 0; j < k; ++j) ends.set([i, found[j][1]], 2 * (i * k + j));
  }
  const isListed = (i, j) => {
    for (let at = 2 * i * k + 1; at < 2 * (i + 1) * k; at += 2) if (ends[at] === j) return true;
    return false;
  };
  const once = new Uint32Array(ends.length);
  let end = 0;
  for (let at = 0; at < ends.length; at += 2) {
    const [i, j] = [ends[at], ends[at + 1]];
    if (i > j && isListed(j, i)) continue;
    once.set([i, j], end);
    end += 2;
  }
  return once.slice(0, end);
}
