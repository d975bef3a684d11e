import { expect, test } from '@jest/globals';
import { cloudtrail, iam, services, sts } from '@muniment/aws-model';
import { isFault, operationOf, protocolOf, serviceOf } from './index.js';
import { get, post } from './requests.testing.js';

test('an unsigned request shows by itself which service it is for', () => {
  expect(serviceOf(services, post('Action=AssumeRoleWithSAML&Version=2011-06-15'))).toBe(sts.service);
  expect(serviceOf(services, get('/', 'Action=ListUsers&Version=2010-05-08'))).toBe(iam.service);
  const headers = { 'x-amz-target': 'CloudTrail_20131101.ListTrails' };
  expect(serviceOf(services, post('{}', { headers }))).toBe(cloudtrail.service);
});

test.each(['', 'Action=ListUsers', 'Action=ListUsers&Version=2011-06-15', 'Action=%zz'])('`%s` is for none', (form) => {
  expect(serviceOf(services, post(form))).toBeUndefined();
});

test('a fault is told from an operation', () => {
  expect(isFault(operationOf(iam.service, post('')))).toBe(true);
  expect(isFault(operationOf(iam.service, post('Action=ListUsers&Version=2010-05-08')))).toBe(false);
});

test('a Query fault has the shape of the protocol (requirements-4 API-11)', () => {
  const fault = { code: 'NoSuchEntity', message: 'no <user>' };
  expect(protocolOf(iam.service).encodeFault(iam.service, fault, 'r-1', iam.GetUser)).toEqual({
    status: 404,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' },
    body:
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>' +
      '<Message>no &lt;user&gt;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>',
  });
});

test.each([
  ['InvalidAction', 400, 'Sender'],
  ['MissingAction', 400, 'Sender'],
  ['MalformedQueryString', 404, 'Sender'],
  ['AccessDenied', 403, 'Sender'],
  ['ValidationError', 400, 'Sender'],
  ['InternalFailure', 500, 'Receiver'],
  ['ServiceUnavailable', 503, 'Receiver'],
])('common to all services (requirements-4 section 4): %s', (code, status, type) => {
  const response = protocolOf(iam.service).encodeFault(iam.service, { code, message: 'no' }, 'r-1');
  expect(response.status).toBe(status);
  expect(response.body).toContain(`<Type>${type}</Type><Code>${code}</Code>`);
});

test('what the fault itself says goes before the model', () => {
  const fault = { code: 'NoSuchEntity', message: 'no', status: 410, senderFault: false };
  const { status, body } = protocolOf(iam.service).encodeFault(iam.service, fault, 'r-1', iam.GetUser);
  expect(status).toBe(410);
  expect(body).toContain('<Type>Receiver</Type>');
});
