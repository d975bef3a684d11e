/** Our generated types against the SDK's, for every operation: what does not agree does not compile. */
import type * as cloudtrailSdk from '@aws-sdk/client-cloudtrail';
import type * as iamSdk from '@aws-sdk/client-iam';
import type * as stsSdk from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import { cloudtrail, iam, type InputOf, type OperationsOf, type OutputOf, sts } from '@muniment/aws-model';

/** The SDK lets required members be undefined, and adds metadata to outputs and an unknown variant to unions. */
type Strict<T> = T extends { $unknown: unknown }
  ? never
  : T extends Date | Uint8Array | string | number | boolean | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Strict<Exclude<Item, undefined>>[]
      : T extends object
        ? { [Key in keyof T as Key extends '$metadata' | '$unknown' ? never : Key]: Strict<OfMember<T, Key>> }
        : T;

/** A required member without the undefined; an optional one as it is. */
type OfMember<T, Key extends keyof T> = object extends Pick<T, Key> ? T[Key] : Exclude<T[Key], undefined>;

type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'ours lacks something') : 'ours says more';

type InputOfCommand<Sdk, Name extends string> = Sdk[`${Name}Command` & keyof Sdk] extends new (
  input: infer Input extends object,
) => unknown
  ? Input
  : never;

type OutputOfCommand<Sdk, Name extends string> = Sdk[`${Name}Command` & keyof Sdk] extends new (
  input: never,
) => { resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }> }
  ? Output
  : never;

/** The operations whose input or output is not the SDK's, with what is wrong. */
type Disagreeing<Module, Sdk> = {
  [Name in keyof OperationsOf<Module> & string as Agrees<Module, Sdk, Name> extends true ? never : Name]: Agrees<
    Module,
    Sdk,
    Name
  >;
};

type Agrees<Module, Sdk, Name extends keyof OperationsOf<Module> & string> =
  Both<InputOf<OperationsOf<Module>[Name]>, Strict<InputOfCommand<Sdk, Name>>> extends true
    ? Both<OutputOf<OperationsOf<Module>[Name]>, Strict<OutputOfCommand<Sdk, Name>>>
    : ['input', Both<InputOf<OperationsOf<Module>[Name]>, Strict<InputOfCommand<Sdk, Name>>>];

/** Compiles only if the list of disagreeing operations is empty. */
const agree = <Module, Sdk>(
  service: { operations: object },
  ..._none: keyof Disagreeing<Module, Sdk> extends never ? [] : [Disagreeing<Module, Sdk>]
): number => Object.keys(service.operations).length;

test('inputs and outputs of every operation have the types of the SDK', () => {
  expect(agree<typeof iam, typeof iamSdk>(iam.service)).toBe(180);
  expect(agree<typeof sts, typeof stsSdk>(sts.service)).toBe(11);
  expect(agree<typeof cloudtrail, typeof cloudtrailSdk>(cloudtrail.service)).toBe(60);
});

test('required members are required, unknown ones refused', () => {
  const input: iam.CreateUserRequest = { UserName: 'bob' };
  // @ts-expect-error UserName is missing
  const missing: iam.CreateUserRequest = { Path: '/' };
  // @ts-expect-error there is no such member
  const unknown: iam.CreateUserRequest = { UserName: 'bob', Colour: 'red' };
  expect([input.UserName, missing.UserName, unknown.UserName]).toEqual(['bob', undefined, 'bob']);
});
