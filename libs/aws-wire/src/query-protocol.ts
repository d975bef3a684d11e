/** AWS Query: a form in, XML out. */
import type { Operation, Service } from '@muniment/aws-model';
import { encodeQueryFault } from './errors.js';
import { formOf } from './form.js';
import { decoded, type Protocol, type WireFault, type WireRequest, type WireResponse } from './protocol.js';
import { readQuery } from './query.js';
import { contentOf, element, escapeXml } from './xml.js';

function encode(service: Service, operation: Operation, output: unknown, requestId: string): WireResponse {
  const { name, resultWrapper } = operation;
  const result = resultWrapper ? element(resultWrapper, contentOf(operation.output)(output ?? {})) : '';
  const metadata = element('ResponseMetadata', element('RequestId', escapeXml(requestId)));
  const open = service.xmlNamespace ? `<${name}Response xmlns="${service.xmlNamespace}">` : `<${name}Response>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `${open}${result}${metadata}</${name}Response>`,
  };
}

export function queryProtocol(service: Service): Protocol {
  return {
    decode: (operation, request) => decoded(() => readQuery(operation.input, formOf(request))),
    encode: (operation, output, requestId) => encode(service, operation, output, requestId),
    encodeFault: encodeQueryFault,
  };
}

/** The operation that `Action` and `Version` name (requirements-4 API-1, API-7). */
export function queryOperation(service: Service, request: WireRequest): Operation | WireFault {
  const form = formOf(request);
  const action = form.get('Action')?.value;
  if (!action) return { code: 'MissingAction', message: 'The request is missing an action.' };
  const version = form.get('Version')?.value ?? 'NO_VERSION_SPECIFIED';
  const known = version === service.apiVersion && Object.hasOwn(service.operations, action);
  if (known) return service.operations[action]!;
  return { code: 'InvalidAction', message: `Could not find operation ${action} for version ${version}` };
}
