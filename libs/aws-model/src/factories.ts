/** What the generated modules are written in. */
import type {
  BlobShape,
  BooleanShape,
  DeclaredError,
  HttpBinding,
  ListShape,
  MapShape,
  Member,
  MemberTraits,
  NoMembers,
  NumberShape,
  Operation,
  Shape,
  StringShape,
  Structure,
  TimestampShape,
} from './schema.js';

type Rest<S> = Partial<Omit<S, 'kind' | 'name'>>;

export const string = (name: string, rest: Rest<StringShape> = {}): StringShape => ({ kind: 'string', name, ...rest });

const numberOf =
  (format: NumberShape['format']) =>
  (name: string, rest: Rest<NumberShape> = {}): NumberShape => ({ kind: 'number', format, name, ...rest });

export const integer = numberOf('integer');
export const long = numberOf('long');
export const float = numberOf('float');
export const double = numberOf('double');

export const boolean = (name: string): BooleanShape => ({ kind: 'boolean', name });

export const timestamp = (name: string, rest: Rest<TimestampShape> = {}): TimestampShape => ({
  kind: 'timestamp',
  name,
  ...rest,
});

export const blob = (name: string, rest: Rest<BlobShape> = {}): BlobShape => ({ kind: 'blob', name, ...rest });

export const list = (name: string, member: () => Shape, rest: Rest<ListShape> = {}): ListShape => ({
  kind: 'list',
  name,
  get member() {
    return member();
  },
  ...rest,
});

export const map = (name: string, key: () => StringShape, value: () => Shape, rest: Rest<MapShape> = {}): MapShape => ({
  kind: 'map',
  name,
  get key() {
    return key();
  },
  get value() {
    return value();
  },
  ...rest,
});

/** A member that says more than its shape. */
interface MemberEntry extends MemberTraits {
  readonly shape: Shape;
  readonly required: boolean;
}

export const required = (shape: Shape, traits: MemberTraits = {}): MemberEntry => ({
  shape,
  required: true,
  ...traits,
});
export const optional = (shape: Shape, traits: MemberTraits = {}): MemberEntry => ({
  shape,
  required: false,
  ...traits,
});

type Entries = Readonly<Record<string, Shape | MemberEntry>>;

function membersOf(entries: Entries): Member[] {
  return Object.entries(entries).map(([name, entry]) =>
    'kind' in entry ? { name, wireName: name, shape: entry, required: false } : { name, wireName: name, ...entry },
  );
}

export function structure<T>(
  name: string,
  entries: () => Entries,
  rest: Omit<Rest<Structure>, 'type' | 'members'> = {},
): Structure<T> {
  let members: readonly Member[] | undefined;
  return {
    kind: 'structure',
    name,
    get members() {
      return (members ??= membersOf(entries()));
    },
    ...rest,
  };
}

/** The input or output of an operation that has none. */
export const noMembers: Structure<NoMembers> = structure('NoMembers', () => ({}));

const NO_ENTRIES = (): Entries => ({});

/** The code on the wire is the shape's name unless the model gives another. */
export const error = <const Name extends string, const Code extends string = Name>(
  shape: Name,
  status: number,
  rest: { code?: Code; senderFault?: boolean; members?: () => Entries } = {},
): DeclaredError<Code> => ({
  code: rest.code ?? (shape as string as Code),
  status,
  senderFault: rest.senderFault ?? status < 500,
  shape: structure(shape, rest.members ?? NO_ENTRIES),
});

const POST: HttpBinding = { method: 'POST', path: '/', status: 200 };

export const operation = <Input, Output, Code extends string, Name extends string>(
  description: Omit<Operation<Input, Output, Code, Name>, 'http'> & { http?: HttpBinding },
): Operation<Input, Output, Code, Name> => ({ http: POST, ...description });
