/** What the tick finds out about the other side. */
export type Sign = 'alive' | 'silent' | 'gone';

const probeMilliseconds = 200;
const silentMilliseconds = 800;
const goneMilliseconds = 5000;

/** How often `tick` is to be called. */
export const tickMilliseconds = 100;

/**
 * Whether a server that is connected still answers. Silence is counted in ticks, and a tick that comes late counts as
 * one: when this process itself stood still, the answers are waiting to be read, and nothing is known of the server.
 */
export class Liveness {
  readonly #probe: () => void;
  #silence = 0;
  #sinceProbe = 0;
  #asked = false;

  /** `probe` sends something that is answered; every sign of life is told by `heard`. */
  constructor(probe: () => void) {
    this.#probe = probe;
  }

  heard(): void {
    this.#silence = 0;
    this.#asked = false;
  }

  tick(): Sign {
    this.#silence += tickMilliseconds;
    this.#sinceProbe += tickMilliseconds;
    if (!this.#asked && this.#sinceProbe >= probeMilliseconds) {
      this.#asked = true;
      this.#sinceProbe = 0;
      this.#probe();
    }
    if (this.#silence >= goneMilliseconds) return 'gone';
    return this.#silence >= silentMilliseconds ? 'silent' : 'alive';
  }
}
