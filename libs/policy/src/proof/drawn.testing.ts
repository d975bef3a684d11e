import fc from 'fast-check';
import { Draw, replayed } from './draw.testing.js';
import { breath } from './long.testing.js';

/**
 * What a random draw makes, for fast-check. Its own arbitraries would take longer to make a policy set than the engine to
 * decide by it; here every choice is one number, and a failing case is made simpler by making numbers zero.
 */
export function drawn<Value>(make: (draw: Draw) => Value): fc.Arbitrary<Value> {
  return new Drawn(make);
}

const PORTION = 1000;

/** Asserts a property so many times, and lets go in between. */
export async function proven<Values>(property: fc.IProperty<Values>, runs: number): Promise<void> {
  for (let done = 0; done < runs; done += PORTION) {
    fc.assert(property, { numRuns: Math.min(PORTION, runs - done) });
    await breath();
  }
}

class Drawn<Value> extends fc.Arbitrary<Value> {
  private readonly make: (draw: Draw) => Value;

  constructor(make: (draw: Draw) => Value) {
    super();
    this.make = make;
  }

  override generate(random: fc.Random): fc.Value<Value> {
    const choices: number[] = [];
    const next = (): number => {
      const choice = random.nextInt() >>> 0;
      choices.push(choice);
      return choice;
    };
    return new fc.Value(this.make(new Draw(next)), choices);
  }

  override canShrinkWithoutContext(_value: unknown): _value is Value {
    return false;
  }

  override shrink(_value: Value, context: unknown): fc.Stream<fc.Value<Value>> {
    const simpler = simplerThan(context as readonly number[]);
    return fc.stream(simpler).map((choices) => new fc.Value(this.make(replayed(choices)), choices));
  }
}

/** The choices with one run of them made zero; long runs before short ones. */
function* simplerThan(choices: readonly number[]): Generator<readonly number[]> {
  for (let length = choices.length; length >= 1; length = Math.floor(length / 2)) {
    for (let start = 0; start < choices.length; start += length) {
      const run = choices.slice(start, start + length);
      if (run.some((choice) => choice !== 0)) yield choices.toSpliced(start, run.length, ...run.map(() => 0));
    }
  }
}
