/** The AWS SDK for JavaScript as judge: what its real clients send and read, without a network. */
import * as cloudtrailSdk from '@aws-sdk/client-cloudtrail';
import * as iamSdk from '@aws-sdk/client-iam';
import * as stsSdk from '@aws-sdk/client-sts';
import { cloudtrail, iam, type Operation, type Service, sts } from '@muniment/aws-model';
import type { WireRequest, WireResponse } from './protocol.js';

/** What a request handler of the SDK gets. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

type Answer = (request: WireRequest) => WireResponse;

interface SdkClient {
  send(command: unknown): Promise<Record<string, unknown>>;
}

export interface Judged {
  readonly service: Service;
  /** Everything the SDK package exports, by name. */
  readonly sdk: Readonly<Record<string, unknown>>;
  readonly client: new (configuration: object) => SdkClient;
}

// The packages are read by computed names here: their static types say nothing about those.
export const judged: readonly Judged[] = [
  { service: iam.service, sdk: iamSdk, client: iamSdk.IAMClient as unknown as Judged['client'] },
  { service: sts.service, sdk: stsSdk, client: stsSdk.STSClient as unknown as Judged['client'] },
  {
    service: cloudtrail.service,
    sdk: cloudtrailSdk,
    client: cloudtrailSdk.CloudTrailClient as unknown as Judged['client'],
  },
];

function received(request: SdkRequest): WireRequest {
  const query = new URLSearchParams(request.query).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body } = request;
  const bytes =
    body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.from(body ?? '');
  return { method: request.method, path: request.path, query, headers, body: bytes };
}

export interface Sdk {
  /** Sends an input through the real client to `answer`, and returns what the client makes of the answer. */
  call(operation: Operation, input: unknown, answer: Answer): Promise<Record<string, unknown>>;
}

export function sdkOf({ sdk, client }: Judged): Sdk {
  let answer: Answer;
  const sender = new client({
    region: 'us-east-1',
    endpoint: 'http://localhost:4566',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: {
      handle: (request: SdkRequest) => {
        const { status, headers, body } = answer(received(request));
        return Promise.resolve({ response: { statusCode: status, headers, body: Buffer.from(body) } });
      },
    },
  });
  return {
    call(operation, input, by) {
      answer = by;
      const command = sdk[`${operation.name}Command`] as new (input: unknown) => unknown;
      return sender.send(new command(input));
    },
  };
}
