import { unexpected } from '../core/arguments.js';
import type { ErrorDetails, RuVectorError } from '../core/errors.js';
import { KINDS } from './kinds.js';
import type { QueryDag } from './query-dag.js';

/** What is asked of a plan as a graph: an order, inputs in the right number, and its errors. */

export function graphError(
  what: string,
  wanted: string,
  got: string,
  details: ErrorDetails,
): RuVectorError {
  return unexpected('INVALID_GRAPH', what, wanted, got, details);
}

/** That every node has as many inputs as its kind takes. @throws INVALID_GRAPH */
export function checkInputs(dag: QueryDag): void {
  for (const id of dag.order()) {
    const { kind } = dag.operator(id);
    const [least, most] = KINDS[kind].inputs;
    const { length } = dag.parents(id);
    const wanted = least === most ? `${least}` : `at least ${least}`;
    if (length < least || length > most)
      throw graphError(`node '${id}'`, `${wanted} inputs of a ${kind}`, String(length), {
        id,
        kind,
      });
  }
}

/**
 * `ids`, each after its inputs: depth first from every one in turn, so that an order that is
 * topological stays as it is. What is on a cycle, or behind one, is left out.
 */
export function topological(
  ids: readonly string[],
  inputsOf: (id: string) => readonly string[],
): string[] {
  const order: string[] = [];
  /** false: on the way. */
  const done = new Map<string, boolean>();
  for (const root of ids) {
    const stack: { readonly id: string; next: number; whole: boolean }[] = [];
    const enter = (id: string): void => {
      done.set(id, false);
      stack.push({ id, next: 0, whole: true });
    };
    if (!done.has(root)) enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1) as (typeof stack)[0];
      const input = inputsOf(top.id)[top.next++];
      if (input === undefined) {
        stack.pop();
        done.set(top.id, top.whole);
        if (top.whole) order.push(top.id);
        else if (stack.length > 0) (stack.at(-1) as typeof top).whole = false;
      } else if (!done.has(input)) enter(input);
      else if (done.get(input) === false) top.whole = false;
    }
  }
  return order;
}
