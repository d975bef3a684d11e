/** Inputs whose JSON is what the operation gets: nothing to convert, nothing to leave out, nothing to refuse. */
import type { ListShape, MapShape, Shape, Structure } from '@muniment/aws-model';
import { compiler } from './compile.js';
import { limitsHold } from './validate.js';

type Fits = (value: unknown) => boolean;

const never: Fits = () => false;

const both =
  (type: Fits, limits: Fits): Fits =>
  (value) =>
    type(value) && limits(value);

interface Field {
  readonly required: boolean;
  readonly fits: Fits;
}

function structureFits(shape: Structure): Fits {
  let fields: ReadonlyMap<string, Field> | undefined;
  let needed = 0;
  const prepared = (): ReadonlyMap<string, Field> => {
    needed = shape.members.filter(({ required }) => required).length;
    // What bears another name on the wire has to be renamed.
    return new Map(
      shape.members.map(({ name, wireName, required, shape: of }) => [
        wireName,
        { required, fits: name === wireName ? fitsAsIs(of) : never },
      ]),
    );
  };
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    fields ??= prepared();
    let found = 0;
    let all = 0;
    for (const key in value) {
      const field = fields.get(key);
      if (!field?.fits((value as Record<string, unknown>)[key])) return false;
      if (field.required) found++;
      all++;
    }
    return found === needed && (!shape.union || all === 1);
  };
}

function listFits(shape: ListShape): Fits {
  const item = fitsAsIs(shape.member);
  return (value) => Array.isArray(value) && value.every(item);
}

function mapFits({ key, value: of }: MapShape): Fits {
  const keyFits = fitsAsIs(key);
  const itemFits = fitsAsIs(of);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const each in value) if (!keyFits(each) || !itemFits((value as Record<string, unknown>)[each])) return false;
    return true;
  };
}

function build(shape: Shape): Fits {
  switch (shape.kind) {
    case 'string':
      return both((value) => typeof value === 'string', limitsHold(shape));
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number': {
      const whole = shape.format === 'integer' || shape.format === 'long';
      return both((value) => (whole ? Number.isSafeInteger(value) : Number.isFinite(value)), limitsHold(shape));
    }
    case 'list':
      return both(listFits(shape), limitsHold(shape));
    case 'map':
      return both(mapFits(shape), limitsHold(shape));
    case 'structure':
      return structureFits(shape);
    // Times and bytes are written in one way and read in another.
    case 'timestamp':
    case 'blob':
      return never;
  }
}

/** Whether a parsed JSON value is the input of a shape as it stands. What it says no to may still be one. */
export const fitsAsIs = compiler(build);
