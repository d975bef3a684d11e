/** AWS REST-JSON: members travel in path, query string, headers and a JSON body, as the model binds them. */
import type { Location, Member, Operation, Service } from '@muniment/aws-model';
import { put } from './compile.js';
import { encodeRestFault } from './errors.js';
import { parseQueryString } from './form.js';
import { parseJson, readJson, writeJson } from './json.js';
import { decoded, header, type Protocol } from './protocol.js';
import type { WireFault, WireRequest, WireResponse } from './protocol.js';
import { pathLabels, route, unescapeLabel } from './rest-route.js';
import { printText, readText } from './scalars.js';

interface Parts {
  readonly labels: Readonly<Record<string, string>>;
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  readonly request: WireRequest;
}

function fromParameters({ shape, wireName }: Member, { parameters }: Parts): unknown {
  if (shape.kind === 'map') {
    const result: Record<string, unknown> = {};
    const many = shape.value.kind === 'list';
    for (const [name, values] of parameters) put(result, name, many ? values : readText(shape.value, values[0]!));
    return result;
  }
  const values = parameters.get(wireName);
  if (!values) return undefined;
  if (shape.kind === 'list') return values.map((text) => readText(shape.member, text));
  return readText(shape, values[0]!);
}

function fromHeader({ shape, wireName }: Member, { request }: Parts): unknown {
  const text = header(request, wireName.toLowerCase());
  if (text === undefined) return undefined;
  if (shape.kind === 'list') return text.split(',').map((part) => readText(shape.member, part.trim()));
  return readText(shape, text);
}

/** All headers that begin with the member's wire name. */
function fromHeaders({ wireName }: Member, { request }: Parts): unknown {
  const prefix = wireName.toLowerCase();
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith(prefix)) put(result, name.slice(prefix.length), header(request, name));
  }
  return result;
}

const fromPlace: Readonly<Record<Location, (member: Member, parts: Parts) => unknown>> = {
  uri: ({ shape, wireName }, { labels }) => readText(shape, unescapeLabel(labels[wireName] ?? '')),
  querystring: fromParameters,
  header: fromHeader,
  headers: fromHeaders,
  statusCode: () => undefined,
};

function readBody(operation: Operation, body: Buffer): Record<string, unknown> {
  const { payload, members } = operation.input;
  const whole = members.find(({ name }) => name === payload);
  if (!whole) {
    const expected = members.some(({ location }) => location === undefined);
    return expected ? (readJson(operation.input)(parseJson(body)) as Record<string, unknown>) : {};
  }
  if (body.length === 0) return {};
  if (whole.shape.kind === 'blob') return { [whole.name]: body };
  if (whole.shape.kind === 'string') return { [whole.name]: body.toString('utf8') };
  return { [whole.name]: readJson(whole.shape)(parseJson(body)) };
}

function decode(operation: Operation, request: WireRequest): Record<string, unknown> {
  const labels = pathLabels(operation, request);
  const parts: Parts = { labels, parameters: parseQueryString(request.query), request };
  const input = readBody(operation, request.body);
  for (const member of operation.input.members) {
    if (!member.location) continue;
    const value = fromPlace[member.location](member, parts);
    if (value !== undefined) input[member.name] = value;
  }
  return input;
}

function headersOf(members: readonly Member[], output: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, wireName, location, shape, timestampFormat } of members) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    const at = wireName.toLowerCase();
    if (location === 'header') headers[at] = printText(shape, value, timestampFormat ?? 'rfc822');
    if (location !== 'headers') continue;
    for (const [key, item] of Object.entries(value)) headers[`${at}${key.toLowerCase()}`] = String(item);
  }
  return headers;
}

function bodyOf({ output: shape }: Operation, output: Readonly<Record<string, unknown>>): string | Buffer {
  const whole = shape.members.find(({ name }) => name === shape.payload);
  if (!whole) return JSON.stringify(writeJson(shape)(output));
  const value = output[whole.name];
  if (value === undefined) return '';
  if (whole.shape.kind === 'blob') return Buffer.from(value as Uint8Array);
  return whole.shape.kind === 'string' ? (value as string) : JSON.stringify(writeJson(whole.shape)(value));
}

function encode(operation: Operation, output: Readonly<Record<string, unknown>>, requestId: string): WireResponse {
  const { members } = operation.output;
  const status = members.find(({ location }) => location === 'statusCode');
  return {
    status: status && typeof output[status.name] === 'number' ? (output[status.name] as number) : operation.http.status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      ...headersOf(members, output),
    },
    body: bodyOf(operation, output),
  };
}

export function restJsonProtocol(_service: Service): Protocol {
  return {
    decode: (operation, request) => decoded(() => decode(operation, request)),
    encode: (operation, output, requestId) => encode(operation, (output ?? {}) as Record<string, unknown>, requestId),
    encodeFault: encodeRestFault,
  };
}

export function restOperation(service: Service, request: WireRequest): Operation | WireFault {
  const found = route(service, request);
  if (found) return found.operation;
  return { code: 'InvalidAction', message: `no operation answers ${request.method} \`${request.path}\`` };
}
