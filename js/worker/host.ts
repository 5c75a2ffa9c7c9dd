import { toPlain } from '../core/plain-error.js';
import type { Port } from '../database/calls.js';
import { openPort } from '../database/open-port.js';
import type { Places } from '../database/platform.js';
import type { Reply, Request } from './protocol.js';

/** Answers the page that started this worker: opens one database, then makes its calls. */
export function serve(
  places: Places,
  reply: (message: Reply) => void,
): (request: Request) => Promise<void> {
  let port: Port | undefined;
  const stop = new AbortController();
  const { signal } = stop;
  return async (request) => {
    if (request.kind === 'abort') return stop.abort();
    const id = request.kind === 'open' ? 0 : request.id;
    try {
      let result: unknown;
      if (request.kind === 'open') {
        reply({ kind: 'opening' });
        const { name, options, shard } = request;
        const onProgress = (progress: { done: number; total?: number }): void =>
          reply({ kind: 'progress', progress });
        const opened = await openPort(places, name, { ...options, onProgress, signal }, shard);
        opened.listen((event) => {
          const plain = event.type === 'error' ? { ...event, error: toPlain(event.error) } : event;
          reply({ kind: 'event', event: plain, standing: opened.standing });
        });
        port = opened;
      } else result = await (port as Port).call(request.call);
      reply({ kind: 'answer', id, result, standing: (port as Port).standing });
    } catch (error) {
      reply({
        kind: 'answer',
        id,
        error: toPlain(error),
        ...(port && { standing: port.standing }),
      });
    }
  };
}
