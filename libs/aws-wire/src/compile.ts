import type { Shape, Structure } from '@muniment/aws-model';
import { Malformed } from './protocol.js';

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

/** Refuses a union of which not exactly one member is set. */
export function checkUnion(shape: Structure, value: Readonly<Record<string, unknown>>): void {
  if (shape.union && Object.keys(value).length !== 1) throw new Malformed(`expected one member of \`${shape.name}\``);
}

/** A plain assignment of `__proto__` would change the prototype instead of adding an entry. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
