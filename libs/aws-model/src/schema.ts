/**
 * The vocabulary of the generated service models: kinds of shape, operation, service. Everything here is data;
 * references between shapes are thunks, so that recursive shapes work and a module loads without building anything.
 */

/** What a shape says about every value of it, whatever its kind. */
interface Annotated {
  /** The model's name of the shape. */
  readonly name: string;
  /** The value must not be printed, logged or echoed. */
  readonly sensitive?: boolean;
}

/** Least and most: of the length for strings, blobs, lists and maps, of the value for numbers. */
interface Bounded {
  readonly min?: number;
  readonly max?: number;
}

export interface StringShape extends Annotated, Bounded {
  readonly kind: 'string';
  /** As the model has it: unanchored or half anchored, to be matched against the whole value. */
  readonly pattern?: string;
  readonly values?: readonly string[];
}

export interface NumberShape extends Annotated, Bounded {
  readonly kind: 'number';
  readonly format: 'integer' | 'long' | 'float' | 'double';
}

export interface BooleanShape extends Annotated {
  readonly kind: 'boolean';
}

export type TimestampFormat = 'iso8601' | 'unixTimestamp' | 'rfc822';

export interface TimestampShape extends Annotated {
  readonly kind: 'timestamp';
  readonly format?: TimestampFormat;
}

export interface BlobShape extends Annotated, Bounded {
  readonly kind: 'blob';
}

export interface ListShape extends Annotated, Bounded {
  readonly kind: 'list';
  readonly member: Shape;
  /** The elements follow one another without an enclosing element or `member` step. */
  readonly flattened?: boolean;
  /** The element's name on the wire; `member` if the model names none. */
  readonly itemName?: string;
}

export interface MapShape extends Annotated, Bounded {
  readonly kind: 'map';
  readonly key: StringShape;
  readonly value: Shape;
  readonly flattened?: boolean;
  readonly keyName?: string;
  readonly valueName?: string;
}

/** Where a member travels in a REST request or response; in the body if nothing is said. */
export type Location = 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';

export interface MemberTraits {
  /** The name on the wire where it differs from the member's. */
  readonly wireName?: string;
  readonly location?: Location;
  readonly timestampFormat?: TimestampFormat;
  readonly xmlAttribute?: boolean;
  readonly flattened?: boolean;
  /** The client may leave it to its SDK to fill in. */
  readonly idempotencyToken?: boolean;
}

export interface Member extends MemberTraits {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly wireName: string;
}

export interface Structure<T = unknown> extends Annotated {
  readonly kind: 'structure';
  readonly members: readonly Member[];
  /** Exactly one member is set. */
  readonly union?: boolean;
  /** The member that is the whole body (REST). */
  readonly payload?: string;
  /** Carries the TypeScript type only; never set. */
  readonly type?: T;
}

export type Shape =
  | StringShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | BlobShape
  | ListShape
  | MapShape
  | Structure;

/** An error that operations declare. */
export interface DeclaredError<Code extends string = string> {
  /** The code on the wire, `NoSuchEntity`; the shape's name may be another, `NoSuchEntityException`. */
  readonly code: Code;
  readonly status: number;
  readonly senderFault: boolean;
  readonly shape: Structure;
}

/** How an operation is paged: names of members of its input and output. */
export interface Pagination {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly limit?: string;
  readonly more?: string;
  readonly results: readonly string[];
}

export interface HttpBinding {
  readonly method: string;
  /** Path template with `{name}` and `{name+}` labels, and fixed query parameters after `?`. */
  readonly path: string;
  readonly status: number;
}

export interface Operation<
  Input = unknown,
  Output = unknown,
  Code extends string = string,
  Name extends string = string,
> {
  readonly name: Name;
  /** The id of its service: `iam`. */
  readonly service: string;
  readonly input: Structure<Input>;
  readonly output: Structure<Output>;
  /** The element that wraps the output in XML; none if the operation answers nothing. */
  readonly resultWrapper?: string;
  readonly errors: readonly DeclaredError<Code>[];
  readonly http: HttpBinding;
  readonly pagination?: Pagination;
  /** The call carries no signature. */
  readonly unsigned?: boolean;
}

export type ProtocolName = 'query' | 'json' | 'rest-json';

export interface Service {
  /** The lower-case module name: `iam`, `sts`, `cloudtrail`. */
  readonly id: string;
  /** The name SDKs use: `IAM`, `STS`, `CloudTrail`. */
  readonly serviceId: string;
  readonly apiVersion: string;
  readonly protocol: ProtocolName;
  readonly jsonVersion?: string;
  readonly targetPrefix?: string;
  readonly signingName: string;
  readonly endpointPrefix: string;
  readonly xmlNamespace?: string;
  /** One endpoint for all regions; its calls count as `us-east-1`. */
  readonly global: boolean;
  readonly operations: Readonly<Record<string, Operation>>;
}

export type InputOf<O> = O extends Operation<infer Input, unknown> ? Input : never;
export type OutputOf<O> = O extends Operation<unknown, infer Output> ? Output : never;
export type CodeOf<O> = O extends Operation<unknown, unknown, infer Code> ? Code : never;

/** The operations of a generated module, by name: `OperationsOf<typeof iam>`. */
export type OperationsOf<Module> = {
  [Name in keyof Module as Module[Name] extends Operation ? Name : never]: Module[Name];
};

/** The input or output of an operation that has none. */
export type NoMembers = Record<never, never>;
