import { useEffect, useState } from 'react';
import type { Database, OpenOptions } from '../database/types.js';
import type { Metadata } from '../types.js';
import { useStable } from './stable.js';
import type { DatabaseOptions, DatabaseState } from './types.js';

type Open = (name: string, options: OpenOptions) => Promise<Database>;

/** By name, when the last database that was in a component is closed: the next one waits for it. */
const closings = new Map<string, Promise<void>>();

export function useOpened<M extends object = Metadata>(
  open: Open,
  name: string,
  options: DatabaseOptions,
): DatabaseState<M> {
  const asked = useStable({ name, options });
  const [state, setState] = useState<{ asked: object | undefined } & DatabaseState<M>>(NOTHING);

  useEffect(() => {
    const { name, options } = asked;
    const controller = new AbortController();
    const { signal } = controller;
    // Where StrictMode mounts twice, the first one is aborted before it opens anything.
    const opening = Promise.resolve(closings.get(name)).then(
      () => open(name, { ...options, signal }) as Promise<Database<M>>,
    );
    const show = (db?: Database<M>, error?: Error): void => {
      if (!signal.aborted) setState({ asked, db, error });
    };
    opening.then(show, (error: Error) => show(undefined, error));
    return () => {
      controller.abort();
      const closed = opening.then(
        (db) => db.close(),
        () => {},
      );
      // Nobody else hears of what could not be stored; Node has no reportError.
      const report = (error: unknown): void => globalThis.reportError?.(error);
      closings.set(name, closed.catch(report));
    };
  }, [open, asked]);

  return state.asked === asked ? { db: state.db, error: state.error } : NOTHING;
}

const NOTHING = { asked: undefined, db: undefined, error: undefined };
