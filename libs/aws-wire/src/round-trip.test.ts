/** Every operation of every service, both ways, judged by the AWS SDK's own clients. */
import { describe, expect, test } from '@jest/globals';
import type { Operation, Service, Shape } from '@muniment/aws-model';
import fc from 'fast-check';
import { arbitrary } from './arbitrary.testing.js';
import type { WireRequest } from './protocol.js';
import { checkInput, operationOf, protocolOf } from './index.js';
import { judged, type Sdk, sdkOf } from './sdk.testing.js';

const RUNS = 6;

const anyText = fc.string({ unit: 'binary', maxLength: 24 });

const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** XML has no way to write some characters, and the SDK reads text that is only white space with a line end as empty. */
const writable = (text: string) => !UNWRITABLE.test(text) && (text === '' || text.trim() !== '');

/** Equal values look equal: bytes as base64, nothing undefined, no metadata. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value).filter(([name, of]) => name !== '$metadata' && of !== undefined);
  return Object.fromEntries(entries.map(([name, of]) => [name, plain(of)]));
}

type Values = Readonly<Record<string, unknown>>;

/**
 * What Query can carry of an input. A structure or map is there by the names of its members, so an empty one is not;
 * an empty list travels as `Name=`, a list of nothing but empty structures not at all.
 */
function carried(shape: Shape, value: unknown): unknown {
  if (shape.kind === 'structure') {
    const entries = shape.members.map(
      ({ name, shape: of }) => [name, carried(of, (value as Values | undefined)?.[name])] as const,
    );
    const kept = entries.filter(([, of]) => of !== undefined);
    return kept.length ? Object.fromEntries(kept) : undefined;
  }
  if (value === undefined) return undefined;
  if (shape.kind === 'map') return Object.keys(value as Values).length ? value : undefined;
  if (shape.kind !== 'list') return value;
  const items = value as unknown[];
  const kept = items.map((item) => carried(shape.member, item)).filter((item) => item !== undefined);
  return kept.length || !items.length ? kept : undefined;
}

async function roundTrip(service: Service, sdk: Sdk, operation: Operation, input: unknown, output: unknown) {
  const protocol = protocolOf(service);
  let seen: unknown;
  const answered = await sdk.call(operation, input, (request: WireRequest) => {
    expect(operationOf(service, request)).toBe(operation);
    const decoded = protocol.decode(operation, request);
    if (!decoded.ok) throw new Error(decoded.fault.message);
    seen = decoded.input;
    return protocol.encode(operation, output, 'c3ab8ff1-3720-4d7a-9a3c-example00000');
  });
  const sent = service.protocol === 'query' ? (carried(operation.input, input) ?? {}) : input;
  expect(plain(seen)).toEqual(plain(sent));
  expect(checkInput(operation, input)).toBeUndefined();
  expect(plain(answered)).toEqual(plain(output));
  expect(answered['$metadata']).toMatchObject({ requestId: 'c3ab8ff1-3720-4d7a-9a3c-example00000' });
}

describe.each(judged)('$service.serviceId', (one) => {
  const sdk = sdkOf(one);
  test.each(Object.values(one.service.operations))(
    '$name: what the SDK sends and reads is what was meant',
    (operation) =>
      fc.assert(
        fc.asyncProperty(
          arbitrary(operation.input, { text: anyText }),
          arbitrary(operation.output, { text: anyText, accepts: writable }),
          (input, output) => roundTrip(one.service, sdk, operation, input, output),
        ),
        { numRuns: RUNS },
      ),
  );
});
