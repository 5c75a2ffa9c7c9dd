/**
 * Lets the host do what else it has to: events, rendering, other tasks. Not by a timer, which hidden
 * pages may run once a second only, unless the host has nothing else.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === 'undefined') {
      setTimeout(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
