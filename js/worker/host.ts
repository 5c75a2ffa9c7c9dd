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
  const opening = new AbortController();
  /** Of the opening and the calls that may be given up. */
  const stops = new Map([[0, opening]]);
  return async (request) => {
    if (request.kind === 'abort') return stops.get(request.id)?.abort();
    const id = request.kind === 'open' ? 0 : request.id;
    try {
      let result: unknown;
      if (request.kind === 'open') {
        reply({ kind: 'opening' });
        const { name, options, shard } = request;
        const onProgress = (progress: { done: number; total?: number }): void =>
          reply({ kind: 'progress', progress });
        const { signal } = opening;
        const opened = await openPort(places, name, { ...options, onProgress, signal }, shard);
        opened.listen((event) => {
          const plain = event.type === 'error' ? { ...event, error: toPlain(event.error) } : event;
          reply({ kind: 'event', event: plain, standing: opened.standing });
        });
        port = opened;
      } else {
        const stop = request.isStoppable ? new AbortController() : undefined;
        if (stop) stops.set(id, stop);
        result = await (port as Port).call(request.call, stop?.signal);
      }
      reply({ kind: 'answer', id, result, standing: (port as Port).standing });
    } catch (error) {
      reply({
        kind: 'answer',
        id,
        error: toPlain(error),
        ...(port && { standing: port.standing }),
      });
    } finally {
      if (id > 0) stops.delete(id);
    }
  };
}
