import type { Winner } from './types.js';

/** Told a winner and who has not won, takes from the potentials of some of them. */
type Inhibit = (
  winner: number,
  others: readonly number[],
  take: (neuron: number, by: number) => void,
) => void;

/**
 * The `k` neurons of `neurons` that win, the highest potential first, ties to the smaller neuron; who is
 * left, and the potentials after all inhibition.
 */
export function winners(
  potentials: number[],
  k: number,
  neurons: readonly number[],
  inhibit?: Inhibit,
): { readonly won: Winner[]; readonly rest: readonly number[]; readonly potentials: number[] } {
  if (inhibit === undefined) {
    const ranked = [...neurons].sort((a, b) => higher(potentials, b, a) || a - b);
    const won = ranked.slice(0, k).map((neuron) => winnerOf(potentials, neuron));
    return { won, rest: ranked.slice(k), potentials };
  }
  const won: Winner[] = [];
  let rest: readonly number[] = neurons;
  const [takesPart, hasWon] = [new Set(neurons), new Set<number>()];
  while (won.length < k && rest.length > 0) {
    const best = rest.reduce((best, it) => (higher(potentials, it, best) > 0 ? it : best));
    won.push(winnerOf(potentials, best));
    rest = rest.filter((neuron) => neuron !== best);
    hasWon.add(best);
    inhibit(best, rest, (neuron, by) => {
      if (takesPart.has(neuron) && !hasWon.has(neuron))
        potentials[neuron] = (potentials[neuron] as number) - by;
    });
  }
  return { won, rest, potentials };
}

function higher(potentials: readonly number[], a: number, b: number): number {
  return (potentials[a] as number) - (potentials[b] as number);
}

function winnerOf(potentials: readonly number[], neuron: number): Winner {
  return { neuron, potential: potentials[neuron] as number };
}
