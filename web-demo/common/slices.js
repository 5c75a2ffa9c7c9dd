/** Long work that does not keep the page waiting. */

/** Milliseconds of work between two chances for the page to draw and to answer: half a frame. */
export const SLICE = 8;

/**
 * Runs a generator to its end, a slice at a time; `onProgress` is told what the last step of each
 * slice yielded. Throws the signal's reason once it is aborted.
 */
export async function inSlices(steps, { onProgress, signal } = {}) {
  for (;;) {
    const until = performance.now() + SLICE;
    let step;
    do step = steps.next();
    while (!step.done && performance.now() < until);
    if (step.done) return step.value;
    onProgress?.(step.value);
    await turn();
    signal?.throwIfAborted();
  }
}

/** The page's turn. A message waits for nothing else; a timer would for 4 ms, hidden for a second. */
export function turn() {
  return new Promise((resume) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resume();
    };
    port2.postMessage(undefined);
  });
}
