/**
 * How late this process's own timers come: on a machine that is busy with something else no answer comes earlier, so
 * a bound on answers holds with so much on top.
 *
 * @example `const slowness = new Slowness(); … expect(took).toBeLessThan(slowness.bound(1000)); slowness.stop();`
 */
export class Slowness {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #worst = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#worst = Math.max(this.#worst, now - this.#last - 10);
      this.#last = now;
    }, 10);
    this.#timer.unref();
  }

  /** The bound on this machine: several processes one after another had to wait for it as this one had. */
  bound(milliseconds: number): number {
    return milliseconds + 400 + 4 * this.#worst;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
