import { describe, expect, test } from '@jest/globals';
import { Liveness, tickMilliseconds } from './liveness.js';

const ticks = (milliseconds: number) => milliseconds / tickMilliseconds;

describe('liveness', () => {
  test('a server that answers is alive, and is asked five times a second', () => {
    let probes = 0;
    const liveness = new Liveness(() => {
      probes++;
      liveness.heard();
    });
    for (let tick = 0; tick < ticks(10_000); tick++) expect(liveness.tick()).toBe('alive');
    expect(probes).toBe(50);
  });

  test('silence is told after 0.8 s, and that it is for good after 5 s', () => {
    let probes = 0;
    const liveness = new Liveness(() => probes++);
    const signs = Array.from({ length: ticks(6000) }, () => liveness.tick());
    expect(signs.indexOf('silent') + 1).toBe(ticks(800));
    expect(signs.indexOf('gone') + 1).toBe(ticks(5000));
    // One question is enough: it is answered as soon as anything is.
    expect(probes).toBe(1);
    liveness.heard();
    expect(liveness.tick()).toBe('alive');
  });
});
