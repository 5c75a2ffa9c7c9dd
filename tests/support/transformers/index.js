// In the place of transformers.js, for the README: no network, and a meaning for a few words.
const DIMENSIONS = 384;
const MEANINGS = [/bake|bread|loaf/i, /bicycle|repair/i, /moon|jupiter|astronomy/i];

export async function pipeline(task, model, { dtype }) {
  if (task !== 'feature-extraction' || model !== 'Xenova/all-MiniLM-L6-v2' || dtype !== 'q8')
    throw new Error(`expected MiniLM, quantised, got ${task}, ${model}, ${dtype}`);
  return async (text, { pooling, normalize }) => {
    if (pooling !== 'mean' || normalize !== true) throw new Error('expected unit vectors of means');
    const data = new Float32Array(DIMENSIONS).fill(1e-3);
    for (const [i, words] of MEANINGS.entries()) if (words.test(text)) data[i] = 1;
    const norm = Math.hypot(...data);
    return { type: 'float32', data: data.map((it) => it / norm), dims: [1, DIMENSIONS] };
  };
}
