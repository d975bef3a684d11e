/** Makes what fails smaller, part by part, as long as it still fails: what remains can be read. */

/** The value without one of its parts, for every part; long before short. */
function* withoutOne(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Date) return;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (const index of items.keys()) yield items.filter((_, other) => other !== index);
    for (const [index, item] of items.entries()) for (const less of withoutOne(item)) yield items.with(index, less);
    return;
  }
  const entries = Object.entries(value);
  for (const [name] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== name));
  for (const [name, part] of entries) for (const less of withoutOne(part)) yield { ...value, [name]: less };
}

/** `fails` may throw for what is no longer sensible; that counts as not failing. */
export function smallest<Value>(value: Value, fails: (smaller: Value) => boolean): Value {
  for (const less of withoutOne(value)) {
    if (stillFails(less as Value, fails)) return smallest(less as Value, fails);
  }
  return value;
}

function stillFails<Value>(value: Value, fails: (smaller: Value) => boolean): boolean {
  try {
    return fails(value);
  } catch {
    return false;
  }
}
