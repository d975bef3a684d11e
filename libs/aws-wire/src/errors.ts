/** Faults on the wire: code, status and blame from the operation's model, else from the table of common errors. */
import type { DeclaredError, Operation, Service, Structure } from '@muniment/aws-model';
import { commonErrors } from './common-errors.js';
import { writeJson } from './json.js';
import type { WireFault, WireResponse } from './protocol.js';
import { printText } from './scalars.js';
import { contentOf, element, escapeXml } from './xml.js';

export interface ResolvedFault {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly senderFault: boolean;
  readonly declared?: DeclaredError;
  readonly details: Readonly<Record<string, unknown>>;
}

export function resolveFault({ protocol }: Service, fault: WireFault, operation?: Operation): ResolvedFault {
  const { code, message, details = {} } = fault;
  const declared = operation?.errors.find((error) => error.code === code);
  const common = declared ? undefined : commonErrors[code];
  const rest = protocol === 'rest-json' ? common?.rest : undefined;
  const usual = declared?.status ?? rest ?? common?.status ?? (fault.senderFault === false ? 500 : 400);
  const status = fault.status ?? (protocol === 'json' && !declared && usual < 500 ? 400 : usual);
  return {
    code: protocol === 'query' ? code : (common?.json ?? code),
    message,
    status,
    senderFault: fault.senderFault ?? declared?.senderFault ?? status < 500,
    declared,
    details,
  };
}

/** What a declared error carries besides its message. */
function detailsXml(shape: Structure | undefined, details: Readonly<Record<string, unknown>>): string {
  if (!shape) return '';
  const members = shape.members.filter(({ name }) => name.toLowerCase() !== 'message' && details[name] !== undefined);
  return members.map(({ name, wireName, shape: of }) => element(wireName, contentOf(of)(details[name]))).join('');
}

export function encodeQueryFault(
  service: Service,
  fault: WireFault,
  requestId: string,
  operation?: Operation,
): WireResponse {
  const { code, message, status, senderFault, declared, details } = resolveFault(service, fault, operation);
  const blamed = element('Type', senderFault ? 'Sender' : 'Receiver');
  const said = element('Code', escapeXml(code)) + element('Message', escapeXml(message));
  const error = element('Error', blamed + said + detailsXml(declared?.shape, details));
  const open = service.xmlNamespace ? `<ErrorResponse xmlns="${service.xmlNamespace}">` : '<ErrorResponse>';
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `${open}${error}${element('RequestId', escapeXml(requestId))}</ErrorResponse>`,
  };
}

/** The members of a declared error in a JSON body; the message bears the name that the model gives it. */
function jsonMembers({ declared, message, details }: ResolvedFault): Record<string, unknown> {
  const named = declared?.shape.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
  const known = declared ? (writeJson(declared.shape)(details) as Record<string, unknown>) : {};
  return { ...known, [named]: message };
}

export function encodeJsonFault(
  service: Service,
  fault: WireFault,
  requestId: string,
  operation?: Operation,
): WireResponse {
  const resolved = resolveFault(service, fault, operation);
  return {
    status: resolved.status,
    headers: {
      'content-type': `application/x-amz-json-${service.jsonVersion ?? '1.1'}`,
      'x-amzn-requestid': requestId,
    },
    body: JSON.stringify({ __type: resolved.code, ...jsonMembers(resolved) }),
  };
}

export function encodeRestFault(
  service: Service,
  fault: WireFault,
  requestId: string,
  operation?: Operation,
): WireResponse {
  const resolved = resolveFault(service, fault, operation);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': resolved.code,
  };
  for (const { name, wireName, location, shape } of resolved.declared?.shape.members ?? []) {
    const value = resolved.details[name];
    if (location === 'header' && value !== undefined)
      headers[wireName.toLowerCase()] = printText(shape, value, 'rfc822');
  }
  return { status: resolved.status, headers, body: JSON.stringify(jsonMembers(resolved)) };
}
