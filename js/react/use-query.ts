import { useEffect, useState } from 'react';
import type { Database } from '../database/types.js';
import type { Metadata, QueryOptions, QueryResult, VectorInput } from '../types.js';
import { useStable } from './stable.js';
import type { QueryState } from './types.js';

interface Answer<M extends object> {
  readonly db?: Database<M>;
  readonly asked?: object;
  readonly result?: QueryResult<M>;
  readonly error?: Error;
}

/**
 * `db.query(vector, options)`, asked anew when an input changes, by its contents, and when the records
 * do, in this tab or another. Nothing is asked without a database or a vector. A query whose inputs
 * are no longer those of the component is aborted.
 */
export function useQuery<M extends object = Metadata>(
  db: Database<M> | undefined,
  vector: VectorInput | null | undefined,
  options: QueryOptions<M> = {},
): QueryState<M> {
  const asked = useStable({ vector, options });
  const [answer, setAnswer] = useState<Answer<M>>({});

  useEffect(() => {
    const { vector, options } = asked;
    if (!db || !vector) return;
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [asking, stale] = [false, false];
    const show = (part: Answer<M>): void => {
      if (signal.aborted) return;
      setAnswer({ db, asked, ...part });
      asking = false;
      if (stale) askSoon();
    };
    const ask = (): void => {
      timer = undefined;
      [asking, stale] = [true, false];
      db.query(vector, { ...options, signal }).then(
        (result) => show({ result }),
        (error: Error) => show({ error }),
      );
    };
    // One query at a time, and one for all the changes of a turn: a load of many records goes on.
    const askSoon = (): void => {
      if (asking) stale = true;
      else timer ??= setTimeout(ask);
    };
    const stop = db.on('change', askSoon);
    ask();
    return () => {
      stop();
      clearTimeout(timer);
      controller.abort();
    };
  }, [db, asked]);

  const isAsked = db !== undefined && Boolean(asked.vector);
  const isAnswered = answer.db === db && answer.asked === asked;
  return {
    result: isAsked && answer.db === db ? answer.result : undefined,
    error: isAsked && isAnswered ? answer.error : undefined,
    isPending: isAsked && !isAnswered,
  };
}
