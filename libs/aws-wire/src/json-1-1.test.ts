import { describe, expect, test } from '@jest/globals';
import { cloudtrail } from '@muniment/aws-model';
import { operationOf, protocolOf } from './index.js';
import { post } from './requests.testing.js';

const protocol = protocolOf(cloudtrail.service);
const decode = (body: string) => protocol.decode(cloudtrail.LookupEvents, post(body));

describe('the body', () => {
  test('times are epoch seconds, with or without a fraction, or ISO 8601', () => {
    expect(decode('{"StartTime":1577836800,"EndTime":1.5778368005E9}')).toEqual({
      ok: true,
      input: { StartTime: new Date('2020-01-01T00:00:00Z'), EndTime: new Date('2020-01-01T00:00:00.500Z') },
    });
    expect(decode('{"StartTime":"2020-01-01T00:00:00Z"}')).toMatchObject({
      input: { StartTime: new Date('2020-01-01T00:00:00Z') },
    });
  });

  test('nothing at all is an empty input; nulls and unknown members count as absent', () => {
    expect(decode('')).toEqual({ ok: true, input: {} });
    expect(decode('{"MaxResults":null,"Colour":"red","__proto__":{"NextToken":"x"}}')).toEqual({ ok: true, input: {} });
  });

  test.each([
    ['{', 'the body is not valid JSON'],
    ['[]', 'Start of list found where not expected'],
    ['null', 'object found where a structure was expected'],
    ['{"LookupAttributes":{}}', 'Start of structure or map found where not expected.'],
    ['{"NextToken":[]}', 'Start of list found where not expected'],
    ['{"NextToken":1}', 'number found where a string was expected'],
    ['{"MaxResults":1.5}', 'not a valid integer: `1.5`'],
    ['{"MaxResults":"1"}', 'string found where a number was expected'],
    ['{"StartTime":1e300}', 'not a valid timestamp: `1e+300`'],
  ])('%s does not fit', (body, message) => {
    expect(decode(body)).toEqual({ ok: false, fault: { code: 'MalformedInput', message } });
  });

  test('an answer has epoch seconds and the protocol’s headers', () => {
    const output = {
      Events: [{ EventId: 'e', EventTime: new Date('2020-01-01T00:00:00.500Z') }],
      NextToken: undefined,
    };
    expect(protocol.encode(cloudtrail.LookupEvents, output, 'request-1')).toEqual({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' },
      body: '{"Events":[{"EventId":"e","EventTime":1577836800.5}]}',
    });
  });
});

describe('which operation', () => {
  const found = (target?: string) =>
    operationOf(cloudtrail.service, post('{}', { headers: target ? { 'x-amz-target': target } : {} }));

  test.each(['CloudTrail_20131101', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'])(
    'by target, as clients write it: %s',
    (prefix) => {
      expect(found(`${prefix}.LookupEvents`)).toBe(cloudtrail.LookupEvents);
    },
  );

  test.each([
    undefined,
    'LookupEvents',
    'Other.LookupEvents',
    'CloudTrail_20131101.Nope',
    'CloudTrail_20131101.toString',
  ])('%s is none', (target) => {
    expect(found(target)).toMatchObject({ code: target ? 'InvalidAction' : 'MissingAction' });
  });
});

describe('a fault', () => {
  const fault = (code: string, operation = cloudtrail.GetTrail) => {
    const { status, headers, body } = protocol.encodeFault(
      cloudtrail.service,
      { code, message: 'no' },
      'r-1',
      operation,
    );
    return { status, id: headers['x-amzn-requestid'], body: JSON.parse(String(body)) };
  };

  test('that the operation declares', () => {
    expect(fault('TrailNotFoundException')).toEqual({
      status: 400,
      id: 'r-1',
      body: { __type: 'TrailNotFoundException', message: 'no' },
    });
  });

  test.each([
    ['ValidationError', 'ValidationException', 400],
    ['AccessDenied', 'AccessDeniedException', 400],
    ['MalformedInput', 'SerializationException', 400],
    ['InvalidAction', 'UnknownOperationException', 400],
    ['InvalidClientTokenId', 'UnrecognizedClientException', 400],
    ['InternalFailure', 'InternalFailure', 500],
    ['ServiceUnavailable', 'ServiceUnavailableException', 503],
  ])('common to all services: %s', (code, type, status) => {
    expect(fault(code)).toMatchObject({ status, body: { __type: type } });
  });
});
