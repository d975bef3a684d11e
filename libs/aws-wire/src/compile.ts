import type { Shape } from '@muniment/aws-model';

// `never` in the parameters is what lets a function of any signature fit.
type AnyFunction = (...args: never[]) => unknown;

/**
 * Turns shapes into closures, once each. While a recursive shape is being built, references to it get a closure that
 * looks the finished one up when it is called.
 */
export function compiler<F extends AnyFunction>(build: (shape: Shape) => F): (shape: Shape) => F {
  const compiled = new WeakMap<Shape, F>();
  return function compile(shape) {
    const known = compiled.get(shape);
    if (known) return known;
    const later = ((...args: Parameters<F>) => compiled.get(shape)!(...args)) as unknown as F;
    compiled.set(shape, later);
    const built = build(shape);
    compiled.set(shape, built);
    return built;
  };
}

/** A plain assignment of `__proto__` would change the prototype instead of adding an entry. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
