/**
 * The leading right singular vectors of a sparse matrix, by randomized subspace iteration (Halko,
 * Martinsson and Tropp, 2011, algorithm 4.4). Seeded, and of sums, products and roots alone, so the
 * same matrix gives the same bits everywhere.
 *
 * Matrices are arrays of columns, as the steps are between columns.
 */

/** Directions beyond those wanted, and rounds that sharpen them: a spectrum of texts falls slowly. */
const SPARE = 16;
const ROUNDS = 4;

/**
 * @typedef {{ columns: ArrayLike<number>, values: ArrayLike<number> }} SparseRow
 *
 * @param {readonly SparseRow[]} rows
 * @param {number} width columns of the matrix
 * @param {number} rank vectors wanted
 * @returns {Float64Array[]} of unit length, the leading one first; fewer where the matrix has fewer
 */
export function rightSingularVectors(rows, width, rank) {
  const signs = randomSigns(1);
  const count = Math.min(rank + SPARE, rows.length, width);
  let right = Array.from({ length: count }, () => Float64Array.from({ length: width }, signs));
  for (let round = 0; round <= ROUNDS; ++round) {
    const left = right.map((column) => times(rows, column));
    orthonormalise(left);
    right = left.map((column) => transposedTimes(rows, column, width));
  }
  // The matrix is now nearly left * right^T: what turns `right` into singular vectors are the
  // eigenvectors of right^T * right.
  const { values, vectors } = eigen(right.map((a) => right.map((b) => dot(a, b))));
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, rank);
  const least = 1e-12 * values[order[0]];
  return order.filter((i) => values[i] > least).map((i) => combined(right, vectors[i], values[i]));
}

/** The columns times `weights`, over the root of `square`, which is their length. */
function combined(columns, weights, square) {
  const sum = new Float64Array(columns[0].length);
  for (const [i, column] of columns.entries()) addTo(sum, column, weights[i] / Math.sqrt(square));
  return sum;
}

function times(rows, vector) {
  return Float64Array.from(rows, ({ columns, values }) => {
    let sum = 0;
    for (let i = 0; i < columns.length; ++i) sum += values[i] * vector[columns[i]];
    return sum;
  });
}

function transposedTimes(rows, vector, width) {
  const result = new Float64Array(width);
  for (const [r, { columns, values }] of rows.entries())
    for (let i = 0; i < columns.length; ++i) result[columns[i]] += values[i] * vector[r];
  return result;
}

/** Gram-Schmidt, twice, since once is not enough for nearly parallel columns. */
function orthonormalise(columns) {
  for (const [i, column] of columns.entries()) {
    for (let pass = 0; pass < 2; ++pass)
      for (let j = 0; j < i; ++j) addTo(column, columns[j], -dot(column, columns[j]));
    const length = Math.sqrt(dot(column, column));
    // What depends on the columns before it has nothing left but rounding.
    const scale = length > 1e-10 ? 1 / length : 0;
    for (let r = 0; r < column.length; ++r) column[r] *= scale;
  }
}

/** Eigenvalues and unit eigenvectors of a small symmetric matrix, by Jacobi's rotations. */
function eigen(matrix) {
  const size = matrix.length;
  const rows = matrix.map((row) => Float64Array.from(row));
  const vectors = rows.map((_, i) =>
    Float64Array.from({ length: size }, (_, j) => Number(i === j)),
  );
  const trace = rows.reduce((sum, row, i) => sum + row[i], 0);
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (let p = 0; p < size; ++p)
      for (let q = p + 1; q < size; ++q) {
        if (Math.abs(rows[p][q]) <= 1e-14 * trace) continue;
        isDone = false;
        const theta = (rows[q][q] - rows[p][p]) / (2 * rows[p][q]);
        const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (const row of rows) {
          const [x, y] = [row[p], row[q]];
          row[p] = cosine * x - sine * y;
          row[q] = sine * x + cosine * y;
        }
        turn(rows[p], rows[q], cosine, sine);
        turn(vectors[p], vectors[q], cosine, sine);
      }
  }
  return { values: rows.map((row, i) => row[i]), vectors };
}

/** Turns two rows into each other. */
function turn(a, b, cosine, sine) {
  for (let i = 0; i < a.length; ++i) {
    const [x, y] = [a[i], b[i]];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

function addTo(target, vector, factor) {
  for (let i = 0; i < target.length; ++i) target[i] += factor * vector[i];
}

/** 1 or -1, by the highest bit of a linear congruential generator. */
function randomSigns(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state < 0 ? -1 : 1;
  };
}
