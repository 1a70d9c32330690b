/** The ring in the browser: two soft notes, then a pause, until silenced. */

const NOTES_HZ = [523.25, 659.25];
const CYCLE_S = 3;

export class Ring {
  #context;
  #timer = 0;
  #gain = null;

  /** @param {AudioContext} context */
  constructor(context) {
    this.#context = context;
  }

  /** @param {boolean} on */
  set(on) {
    if (on === (this.#timer !== 0)) return;
    if (on) {
      this.#timer = setInterval(() => this.#strike(), CYCLE_S * 1000);
      this.#strike();
    } else {
      clearInterval(this.#timer);
      this.#timer = 0;
      this.#gain?.disconnect();
    }
  }

  #strike() {
    this.#context.resume().catch(() => undefined); // allowed after the first key or click
    const start = this.#context.currentTime;
    this.#gain = new GainNode(this.#context, { gain: 0 });
    this.#gain.connect(this.#context.destination);
    NOTES_HZ.concat(NOTES_HZ).forEach((frequency, n) => {
      const at = start + n * 0.35;
      const note = new OscillatorNode(this.#context, { frequency, type: "triangle" });
      note.connect(this.#gain);
      this.#gain.gain.setValueAtTime(0.18, at);
      this.#gain.gain.exponentialRampToValueAtTime(0.01, at + 0.33);
      note.start(at);
      note.stop(at + 0.35);
    });
  }
}
