/** What is seen of a network: the hits of a query, and a run of the neurons, at one moment of it. */
import { element, grouped, showFacts } from '../common/elements.js';
import { COUNT, EXTENT } from './arms.js';
import { ask } from './ask.js';
import { dial } from './dial.js';
import { SpikeMap } from './map.js';
import { Player } from './player.js';
import { drawRaster } from './raster.js';
import { LENGTH, Recording } from './recording.js';
import { answerSentence, firedSentence, hitItem, onOwnArm, workSentence } from './words.js';

const [map, close, raster, said, play, time] = [
  'spikes-map',
  'spikes-close',
  'spikes-raster',
  'spikes-said',
  'spikes-play',
  'spikes-time',
].map(element);

/** Where nothing may move by itself, a run is there at once, to be looked at by its slider. */
const still = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * @typedef {object} Settings which may change
 * @property {number} alpha
 * @property {number} epsilon
 * @property {number} speed milliseconds of the network in a second
 * @property {boolean} isGated
 */

export class Thought {
  #made;
  #snn;
  #settings;
  #map;
  #close;
  #dial;
  #player;
  #answer;
  #recording;
  /** Where the query would be asked next. */
  #cursor;

  /**
   * @param {import('./making.js').Made} made which it disposes of
   * @param {object} snn the package's `./snn`
   * @param {Settings} settings
   */
  constructor(made, snn, settings) {
    this.#made = made;
    this.#snn = snn;
    this.#settings = settings;
    this.#map = new SpikeMap(map, made.points);
    this.#close = new SpikeMap(close, made.points, { isClose: true });
    this.#dial = dial();
    element('spikes-dial').replaceChildren(this.#dial.node);
    this.#player = new Player(LENGTH, {
      speed: () => settings.speed,
      onTime: () => this.draw(),
      onState: (isPlaying) => {
        play.textContent = isPlaying ? 'Pause' : 'Play';
        if (this.#player.isAtEnd) this.tell();
      },
    });
  }

  /** @param {import('./arms.js').Place} place */
  ask(place) {
    this.#cursor = inside(place);
    this.#recording = undefined;
    this.rank(this.#cursor);
    this.begin();
  }

  /** Asks where a pointer is, on the map or on what is close up. */
  askUnder(event) {
    this.ask((event.target === close ? this.#close : this.#map).placeOf(event));
  }

  /** Asks where `move` has come to. */
  askHere() {
    this.ask(this.#cursor);
  }

  /** @returns {import('./arms.js').Place} where Enter would ask now */
  move(across, up) {
    const { x, y } = this.#cursor;
    this.#cursor = inside({ x: x + across, y: y + up });
    this.draw();
    return this.#cursor;
  }

  /** Asks as spread is set now; the run goes on. */
  rank(place = this.#answer.place) {
    this.#answer = ask(this.#made, place, this.#settings);
    const { arm, nearest, ranked } = this.#answer;
    for (const [name, hits] of Object.entries({ nearest, ranked })) {
      element(`spikes-${name}`).replaceChildren(...hits.map((hit) => hitItem(hit, arm)));
      element(`spikes-${name}-own`).textContent = onOwnArm(hits, arm);
    }
    element('spikes-work').textContent = workSentence(this.#answer);
    this.draw();
  }

  /** Begins a run, with the gate as it is set now. */
  begin() {
    this.#player.pause();
    this.#recording = new Recording(
      this.#made,
      this.#snn,
      this.#answer.place,
      this.#settings.isGated,
    );
    this.#player.time = still.matches ? LENGTH : 0;
    this.tell();
    if (!still.matches) this.#player.play();
  }

  playOrPause() {
    if (this.#player.isPlaying) this.#player.pause();
    else if (this.#player.isAtEnd) this.begin();
    else this.#player.play();
  }

  seek(timeMs) {
    this.#player.pause();
    this.#player.time = timeMs;
  }

  /** Aloud. */
  tell() {
    const ran = this.#player.isAtEnd ? ` ${firedSentence(this.#recording.at(LENGTH))}` : '';
    said.textContent = answerSentence(this.#answer) + ran;
  }

  draw() {
    if (this.#recording === undefined) return;
    const timeMs = this.#player.time;
    this.#recording.until(timeMs);
    const moment = this.#recording.at(timeMs);
    const { isGated } = this.#recording;
    const scene = { answer: this.#answer, cursor: this.#cursor, moment };
    this.#map.draw(scene);
    this.#close.draw(scene);
    drawRaster(raster, moment, isGated);
    element('spikes-phase-now').textContent = this.#dial.show(timeMs, isGated);
    time.value = timeMs;
    const now = `${timeMs.toFixed(0)} ms`;
    time.setAttribute('aria-valuetext', now);
    const [a, b] = moment.fired;
    showFacts(element('spikes-facts'), {
      Time: `${now} of ${LENGTH}`,
      'Have fired': `${grouped(a + b)} of ${grouped(COUNT)}`,
      'On arm A, B': `${grouped(a)}, ${grouped(b)}`,
      Spikes: grouped(moment.spikes.length),
    });
  }

  dispose() {
    this.#player.pause();
    this.#made.network.dispose();
    this.#made.index.dispose();
  }
}

/** What can be seen of the plane. */
function inside({ x, y }) {
  const within = (coordinate) => Math.min(Math.max(coordinate, -EXTENT), EXTENT);
  return { x: within(x), y: within(y) };
}
