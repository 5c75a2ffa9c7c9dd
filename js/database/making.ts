/**
 * What tabs say to each other while one of them makes a database, and has nothing stored that the others
 * could read: who waits asks whether it is still at work. Messages are answered where timers are late, in
 * hidden pages too; not by a page that hangs, or is frozen.
 */
export type MakingMessage = { readonly kind: 'waiting' } | { readonly kind: 'making' };

export class Making {
  readonly #channel: BroadcastChannel;
  #unanswered = 0;
  /** Whether this tab is the one that makes it. */
  isMaker: boolean;

  /** `name` of the channel that joins those who have the database open. */
  constructor(name: string, isMaker: boolean) {
    this.isMaker = isMaker;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data as MakingMessage);
  }

  /**
   * Asks once more. Returns how often it asked in vain: time says nothing, since this page may have been
   * asleep itself.
   */
  ask(): number {
    this.#channel.postMessage({ kind: 'waiting' } satisfies MakingMessage);
    return this.#unanswered++;
  }

  close(): void {
    this.#channel.close();
  }

  #hear({ kind }: MakingMessage): void {
    if (kind === 'making') this.#unanswered = 0;
    if (kind === 'waiting' && this.isMaker)
      this.#channel.postMessage({ kind: 'making' } satisfies MakingMessage);
  }
}
