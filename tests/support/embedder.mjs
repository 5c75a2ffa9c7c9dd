// A model that makes vectors out of letters: the same text is the same vector, and texts that share
// pairs of letters are near each other. Both frameworks' names for it.
export const DIMENSIONS = 32;

export function embed(text) {
  const vector = new Array(DIMENSIONS).fill(0);
  vector[0] = 0.01;
  const letters = `  ${text.toLowerCase()} `;
  for (let i = 0; i + 1 < letters.length; ++i)
    vector[(31 * letters.charCodeAt(i) + letters.charCodeAt(i + 1)) % DIMENSIONS] += 1;
  return vector;
}

export function cosine(a, b) {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * Which of `candidates`, in order, maximal marginal relevance chooses (Carbonell & Goldstein 1998):
 * each is the best by `lambda` times its cosine to the query, less the rest times the largest to those
 * before. Nearest first, so that the first of equals is taken.
 */
export function diverse(query, candidates, lambda, k) {
  const chosen = [];
  while (chosen.length < Math.min(k, candidates.length)) {
    let [best, most] = [-1, Number.NEGATIVE_INFINITY];
    for (const [i, candidate] of candidates.entries()) {
      if (chosen.includes(i)) continue;
      const likest = Math.max(0, ...chosen.map((j) => cosine(candidate, candidates[j])));
      const value = lambda * cosine(query, candidate) - (1 - lambda) * likest;
      if (value > most) [best, most] = [i, value];
    }
    chosen.push(best);
  }
  return chosen;
}
