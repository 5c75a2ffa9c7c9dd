/** Sets of rows: bit `row % 32` of word `row / 32`, and an even number of words, as the core takes. */
export type Words = Uint32Array<ArrayBuffer>;

export function newWords(rows: number): Words {
  return new Uint32Array(2 * Math.ceil(rows / 64));
}

export function isSet(words: Words, row: number): boolean {
  return (((words[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
}

export function countOf(words: Words): number {
  let count = 0;
  for (let i = 0; i < words.length; ++i) {
    let word = words[i] as number;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** Keeps the rows of `words` that `passes`; it is asked of no others. */
export function keepRows(words: Words, passes: (row: number) => boolean): void {
  for (let i = 0; i < words.length; ++i)
    for (let left = words[i] as number; left !== 0; left &= left - 1) {
      const lowest = left & -left;
      if (!passes(32 * i + 31 - Math.clz32(lowest))) (words[i] as number) &= ~lowest;
    }
}
