/** The one place that knows which protocols there are. */
import type { Operation, ProtocolName, Service } from '@muniment/aws-model';
import { formOf } from './form.js';
import { isTarget, jsonOperation, jsonProtocol } from './json-1-1.js';
import { header, Malformed, type Protocol, type WireFault, type WireRequest } from './protocol.js';
import { queryOperation, queryProtocol } from './query-protocol.js';
import { restJsonProtocol, restOperation } from './rest-json.js';
import { route } from './rest-route.js';

interface Codec {
  readonly bind: (service: Service) => Protocol;
  readonly operation: (service: Service, request: WireRequest) => Operation | WireFault;
  /** Whether an unsigned request shows by itself that it is for this service. */
  readonly claims: (service: Service, request: WireRequest) => boolean;
}

const codecs: Readonly<Record<ProtocolName, Codec>> = {
  query: {
    bind: queryProtocol,
    operation: queryOperation,
    claims: (service, request) => {
      if (header(request, 'x-amz-target')) return false;
      const form = formOf(request);
      const action = form.get('Action')?.value;
      const named = action !== undefined && Object.hasOwn(service.operations, action);
      return named && form.get('Version')?.value === service.apiVersion;
    },
  },
  json: {
    bind: jsonProtocol,
    operation: jsonOperation,
    claims: (service, request) => isTarget(service, header(request, 'x-amz-target') ?? ''),
  },
  'rest-json': {
    bind: restJsonProtocol,
    operation: restOperation,
    claims: (service, request) => route(service, request) !== undefined,
  },
};

const bound = new WeakMap<Service, Protocol>();

/** The wire protocol of a service. */
export function protocolOf(service: Service): Protocol {
  let protocol = bound.get(service);
  if (!protocol) bound.set(service, (protocol = codecs[service.protocol].bind(service)));
  return protocol;
}

/** The operation that a request to a service is for, or the fault that says why there is none. */
export function operationOf(service: Service, request: WireRequest): Operation | WireFault {
  try {
    return codecs[service.protocol].operation(service, request);
  } catch (error) {
    if (error instanceof Malformed) return { code: error.code, message: error.message };
    throw error;
  }
}

/** Tells what `operationOf` returned. */
export const isFault = (found: Operation | WireFault): found is WireFault => 'code' in found;

/** The service that an unsigned request is for, by target, `Action` and `Version`, or path; undefined if none is. */
export function serviceOf(services: readonly Service[], request: WireRequest): Service | undefined {
  try {
    return services.find((service) => codecs[service.protocol].claims(service, request));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
