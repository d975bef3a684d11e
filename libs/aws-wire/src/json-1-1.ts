/** AWS JSON 1.1: the operation in a header, JSON in, JSON out. */
import type { Operation, Service } from '@muniment/aws-model';
import { fitsAsIs } from './as-is.js';
import { encodeJsonFault } from './errors.js';
import { parseJson, readJson, writeJson } from './json.js';
import { type Decoded, decoded, header, type Protocol, type WireFault, type WireRequest } from './protocol.js';
import { checkInput } from './validate.js';

export function jsonProtocol(service: Service): Protocol {
  const contentType = `application/x-amz-json-${service.jsonVersion ?? '1.1'}`;
  return {
    decode: (operation, request) => decoded(() => readJson(operation.input)(parseJson(request.body))),
    encode: (operation, output, requestId) => ({
      status: 200,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: JSON.stringify(writeJson(operation.output)(output ?? {})),
    }),
    encodeFault: encodeJsonFault,
  };
}

/** An input that is parsed already, read and checked; most are what they have to be as they stand. */
export function readJsonInput<Input>(operation: Operation<Input>, value: unknown): Decoded<Input> {
  if (fitsAsIs(operation.input)(value)) return { ok: true, input: value as Input };
  const read = decoded<Input>(() => readJson(operation.input)(value));
  const wrong = read.ok ? checkInput(operation, read.input) : undefined;
  return wrong === undefined ? read : { ok: false, fault: { code: 'ValidationError', message: wrong } };
}

/** The prefix as botocore sends it may be qualified, `com.amazonaws.cloudtrail.….CloudTrail_20131101`. */
const lastPart = (text: string) => text.slice(text.lastIndexOf('.') + 1);

/** Whether a request's `X-Amz-Target` is for this service: with the whole prefix or with its last part, as clients do. */
export function isTarget(service: Service, target: string): boolean {
  const prefix = target.slice(0, Math.max(target.lastIndexOf('.'), 0));
  const own = service.targetPrefix;
  return own !== undefined && (prefix === own || prefix === lastPart(own));
}

export function jsonOperation(service: Service, request: WireRequest): Operation | WireFault {
  const target = header(request, 'x-amz-target');
  if (!target) return { code: 'MissingAction', message: 'The request is missing the X-Amz-Target header.' };
  const name = lastPart(target);
  if (isTarget(service, target) && Object.hasOwn(service.operations, name)) return service.operations[name]!;
  return { code: 'InvalidAction', message: `The requested operation ${target} is not recognized by the service.` };
}
