/** Every error that an operation declares, as the AWS SDK's own clients see it; and those that none declares. */
import { describe, expect, test } from '@jest/globals';
import type { Operation } from '@muniment/aws-model';
import { protocolOf } from './index.js';
import { judged, type Sdk, sdkOf } from './sdk.testing.js';

const MESSAGE = 'the <user> "bob" & co.';

async function thrownBy(sdk: Sdk, operation: Operation, answer: Parameters<Sdk['call']>[2]): Promise<unknown> {
  try {
    await sdk.call(operation, {}, answer);
  } catch (error) {
    return error;
  }
  throw new Error('the SDK threw nothing');
}

describe.each(judged)('$service.serviceId', (one) => {
  const sdk = sdkOf(one);
  const protocol = protocolOf(one.service);
  const operations = Object.values(one.service.operations);

  test.each(operations.filter(({ errors }) => errors.length > 0))(
    '$name: each declared error arrives as its own class',
    async (operation) => {
      for (const { code, status, senderFault, shape } of operation.errors) {
        const answer = () => protocol.encodeFault(one.service, { code, message: MESSAGE }, 'request-1', operation);
        const thrown = await thrownBy(sdk, operation, answer);
        expect(thrown).toBeInstanceOf(one.sdk[shape.name] as new () => unknown);
        expect(thrown).toMatchObject({
          name: shape.name,
          message: MESSAGE,
          $metadata: { httpStatusCode: status, requestId: 'request-1' },
          ...(one.service.protocol === 'query' && { Type: senderFault ? 'Sender' : 'Receiver' }),
        });
      }
    },
  );

  test('an undeclared error keeps its code, message and status', async () => {
    const operation = operations[0]!;
    const fault = { code: 'AccessDenied', message: 'User: bob is not authorized' };
    const thrown = await thrownBy(sdk, operation, () =>
      protocol.encodeFault(one.service, fault, 'request-1', operation),
    );
    expect(thrown).toMatchObject({
      name: one.service.protocol === 'query' ? 'AccessDenied' : 'AccessDeniedException',
      message: fault.message,
      $metadata: { httpStatusCode: one.service.protocol === 'query' ? 403 : 400 },
    });
  });
});
