/** A clock that goes on with the browser's frames, slowed down; it stops at the end. */

/** What a frame that was late counts at most, so that no frame has much to do: milliseconds. */
const LATEST = 100;

export class Player {
  #length;
  #speed;
  #onTime;
  #onState;
  #frame;
  #time = 0;

  /**
   * @param {number} length where it stops, in milliseconds
   * @param {{ speed: () => number, onTime: () => void, onState: (isPlaying: boolean) => void }} options
   *   `speed` in milliseconds a second
   */
  constructor(length, { speed, onTime, onState }) {
    this.#length = length;
    this.#speed = speed;
    this.#onTime = onTime;
    this.#onState = onState;
  }

  get time() {
    return this.#time;
  }

  set time(timeMs) {
    this.#time = Math.min(timeMs, this.#length);
    this.#onTime();
  }

  get isPlaying() {
    return this.#frame !== undefined;
  }

  get isAtEnd() {
    return this.#time >= this.#length;
  }

  play() {
    if (this.isPlaying) return;
    let before = performance.now();
    const frame = (now) => {
      const elapsed = Math.min(Math.max(now - before, 0), LATEST);
      before = now;
      this.#frame = requestAnimationFrame(frame);
      this.time += (elapsed * this.#speed()) / 1000;
      if (this.isAtEnd) this.pause();
    };
    this.#frame = requestAnimationFrame(frame);
    this.#onState(true);
  }

  pause() {
    if (!this.isPlaying) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#onState(false);
  }
}
