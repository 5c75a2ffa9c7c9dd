/**
 * Soft winner-take-all: the neuron with most drive wins, and inhibits the others by how similar they
 * are to it, `count` times. The drive of a loser is relevance (1 - beta h), where 1 - h is the product
 * of 1 - similarity over the winners so far: what several winners are like counts once. That is maximal
 * marginal relevance (Carbonell & Goldstein, SIGIR 1998) with an inhibition that accumulates. Equal
 * drives go to the first; beta 0 is the order of relevance, and asks for no similarities.
 *
 * @param similarities in [0, 1], of a winner to every candidate
 * @returns places in `relevance`, at most `count` of them
 */
export function winners(
  relevance: readonly number[],
  count: number,
  beta: number,
  similarities: (winner: number) => readonly number[],
): number[] {
  const free = relevance.map(() => 1);
  const left = new Set(relevance.keys());
  const won: number[] = [];
  while (won.length < count && left.size > 0) {
    let [winner, most] = [-1, Number.NEGATIVE_INFINITY];
    for (const place of left) {
      const own = relevance[place] as number;
      // Inhibition does not help what has no drive.
      const drive = own * (own > 0 ? 1 - beta * (1 - (free[place] as number)) : 1);
      if (drive > most) [winner, most] = [place, drive];
    }
    left.delete(winner);
    won.push(winner);
    if (beta > 0 && won.length < count)
      for (const [place, similarity] of similarities(winner).entries())
        (free[place] as number) *= 1 - similarity;
  }
  return won;
}
