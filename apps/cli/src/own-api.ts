import { muniment, type Operation } from '@muniment/aws-model';
import { signRequest } from '@muniment/sigv4';
import type { Signer } from './aws-profile.js';
import { Failure } from './failure.js';

const answerMilliseconds = 30_000;
const { service } = muniment;

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function send(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Answered> {
  try {
    const signal = AbortSignal.timeout(answerMilliseconds);
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const { cause = error } = error as Error;
    throw new Failure(`no server answers at \`${url.origin}\`: ${(cause as Error).message}`);
  }
}

/** Calls an operation of Muniment's own API; what it refuses is told as the server tells it. */
export async function call<Input, Output>(
  { url, region, credentials }: Signer,
  operation: Operation<Input, Output>,
  input: Input,
): Promise<Output> {
  const body = JSON.stringify(input);
  const headers = {
    'content-type': `application/x-amz-json-${service.jsonVersion}`,
    'x-amz-target': `${service.targetPrefix}.${operation.name}`,
  };
  const signed = signRequest(
    {
      method: 'POST',
      path: url.pathname,
      query: '',
      headers: ['host', url.host, ...Object.entries(headers).flat()],
      body: Buffer.from(body),
    },
    credentials,
    { region, service: service.signingName, now: Date.now() },
  );
  const { status, text } = await send(url, { ...headers, ...signed }, body);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Failure(`what answers at \`${url.origin}\` is not muniment`);
  }
  if (status === 200) return answer as Output;
  const { __type: code = `status ${status}`, message, Message } = answer as Record<string, string>;
  throw new Failure(`${code}: ${message ?? Message ?? 'the server gives no reason'}`);
}
