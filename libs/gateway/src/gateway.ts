import { createHash } from 'node:crypto';
import type { CallFacts } from '@muniment/audit/contract';
import type { Operation, Service } from '@muniment/aws-model';
import {
  checkInput,
  isFault,
  type Markers,
  operationOf,
  protocolOf,
  serviceOf,
  type WireFault,
  type WireRequest,
} from '@muniment/aws-wire';
import type { Awaitable, Caller, Position } from '@muniment/kernel';
import {
  type Bus,
  demandedPosition,
  isAway,
  type Clock,
  type Ids,
  positionHeader,
  type Reply,
  type Request,
  requestPersistently,
  subjectOf,
} from '@muniment/runtime';
import { refusal } from '@muniment/sts/contract';
import { type Authenticated, authenticate, type AuthenticationOptions } from './authenticate.js';
import { type Incoming, type Outgoing, sourceIp, views } from './incoming.js';

export interface GatewayOptions extends AuthenticationOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly markers: Markers;
  /** Which context answers which operation: `iam:CreateUser` → `directory`. */
  readonly routes: ReadonlyMap<string, string>;
  /** Why no call may be let in just now: it could not be recorded. */
  readonly refusal?: () => Error | undefined;
  /** Takes the call record; `durably`: resolves when it is on disk. */
  readonly record: (facts: CallFacts, durably: boolean) => Promise<void> | undefined;
  readonly unexpected: (error: unknown, requestId: string) => void;
  /** Waits, not for ever, until what is known of keys is as of a position: a key that was deleted is gone. False when it is not. */
  readonly settled: (position: Position) => Awaitable<boolean>;
  /** Called before a context is asked: what it is asked about may still be on its way there. */
  readonly beforeAsking?: (context: string) => Promise<unknown> | undefined;
  /** Called with the position of each write that is answered: other gateways may be told. */
  readonly written?: (position: Position) => void;
  /** Called with each answer, for metrics. */
  readonly answered?: (operation: string, status: number, seconds: number) => void;
}

const internalFailure: WireFault = {
  code: 'InternalFailure',
  message: 'The request processing has failed because of an unknown error, exception or failure.',
};
const unavailable: WireFault = {
  code: 'ServiceUnavailable',
  message: 'The request has failed due to a temporary failure of the server.',
};

/** A call carries its id as command id: asked twice, it is done once. Writes that cannot be taken fail within a second. */
const persistence = { tryMilliseconds: 700, silentMilliseconds: 2400, absentMilliseconds: 800 };

type Facts = { -readonly [Member in keyof CallFacts]: CallFacts[Member] };

/** What has become known of a request on its way through. */
interface Journey {
  readonly requestId: string;
  readonly arrived: Date;
  readonly started: number;
  /** Filled in place: all members are there from the start, so that none of the steps copies the others' work. */
  readonly facts: Facts;
  service: Service | undefined;
  operation: Operation | undefined;
  position: Position | undefined;
}

/** All services' one door: tells them apart, authenticates, decodes, asks the owner of the operation, answers, records. */
export class Gateway {
  readonly #options: GatewayOptions;
  /** The newest position that an answer of this gateway has told of: what was written is seen by every later call. */
  #told: Position = 0;
  /** The same of other gateways' answers, as they say. */
  #heard: Position = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async handle(incoming: Incoming): Promise<Outgoing> {
    const journey = this.#begin(incoming);
    let outgoing: Outgoing;
    try {
      outgoing = await this.#answer(incoming, journey);
    } catch (error) {
      this.#options.unexpected(error, journey.requestId);
      outgoing = this.#refuse(journey, isAway(error) ? unavailable : internalFailure);
    }
    outgoing = await this.#recorded(journey, outgoing);
    const name = journey.operation?.name ?? 'unknown';
    this.#options.answered?.(name, outgoing.status, (performance.now() - journey.started) / 1000);
    return outgoing;
  }

  /** Another gateway has answered a write: what this one answers from now on knows of it. */
  heard(position: Position): void {
    if (position > this.#heard) this.#heard = position;
  }

  /** The log was found to end before a position: the hint was wrong, or the log was put back. Nobody waits for it. */
  refuted(position: Position, head: Position): void {
    if (this.#heard === position) this.#heard = head;
    if (this.#told === position) this.#told = head;
  }

  get #position(): Position {
    return Math.max(this.#told, this.#heard);
  }

  /** True when keys are known as of everything that was told of; at once, as a rule. */
  async #settled(): Promise<boolean> {
    for (;;) {
      const position = this.#position;
      if (await this.#options.settled(position)) return true;
      // It may be lower now: what nobody has written was waited for.
      if (position <= this.#position) return false;
    }
  }

  /** What cannot be recorded is not answered: no call goes without a trace. */
  async #recorded(journey: Journey, outgoing: Outgoing): Promise<Outgoing> {
    try {
      const recorded = this.#options.record(journey.facts, journey.position !== undefined);
      if (recorded) await recorded;
      return outgoing;
    } catch (error) {
      this.#options.unexpected(error, journey.requestId);
      return this.#refuse(journey, unavailable);
    }
  }

  /** Answers a request that could not be read to its end (too large, malformed): recorded, never routed. */
  async refuseUnread(incoming: Incoming, fault: WireFault): Promise<Outgoing> {
    const journey = this.#begin(incoming);
    journey.service = serviceOf(this.#options.services, views(incoming).wire);
    return this.#recorded(journey, this.#refuse(journey, fault));
  }

  #begin({ headers, remoteAddress, secure }: Incoming): Journey {
    const { ids, clock } = this.#options;
    const requestId = ids.uuid();
    const arrived = clock.now();
    const userAgent = headers['user-agent'];
    return {
      requestId,
      arrived,
      started: performance.now(),
      service: undefined,
      operation: undefined,
      position: undefined,
      facts: {
        eventId: ids.uuid(),
        requestId,
        at: arrived.toISOString(),
        sourceIp: sourceIp(remoteAddress),
        userAgent: typeof userAgent === 'string' ? userAgent : '',
        region: 'us-east-1',
        secureTransport: secure,
        touched: [],
        service: undefined,
        operation: undefined,
        operationName: undefined,
        caller: undefined,
        claimed: undefined,
        input: undefined,
        output: undefined,
        fault: undefined,
      },
    };
  }

  async #answer(incoming: Incoming, journey: Journey): Promise<Outgoing> {
    const { signed, wire } = views(incoming);
    const full = this.#options.refusal?.();
    if (full) {
      journey.service = serviceOf(this.#options.services, wire);
      this.#options.unexpected(full, journey.requestId);
      return this.#refuse(journey, unavailable);
    }
    const { sourceIp: address, userAgent, secureTransport } = journey.facts;
    const { referer } = incoming.headers;
    const browser = typeof referer === 'string' ? { referer } : {};
    const origin = { sourceIp: address, userAgent, secureTransport, ...browser };
    // Only positions that were told by this gateway: nobody unknown can make a request wait.
    if (!(await this.#settled())) {
      journey.service = serviceOf(this.#options.services, wire);
      const behind = new Error(`what is known of keys is older than position \`${this.#position}\``);
      this.#options.unexpected(behind, journey.requestId);
      return this.#refuse(journey, unavailable);
    }
    const verified = await authenticate(signed, wire, origin, journey.arrived, this.#options);
    const { service } = verified;
    journey.service = service;
    const found = service && operationOf(service, wire);
    if (found && !isFault(found)) journey.operation = found;
    describe(journey, verified, wire);
    if (!verified.ok) return this.#refuse(journey, verified.fault);
    if (!service || !found) return this.#refuse(journey, internalFailure);
    if (isFault(found)) return this.#refuse(journey, found);
    const { caller } = verified;
    const forbidden = caller.session && refusal(caller.session, service.id, found.name);
    if (forbidden) return this.#refuse(journey, forbidden);
    const decoded = protocolOf(service).decode(found, wire);
    if (!decoded.ok) return this.#refuse(journey, decoded.fault);
    const input = decoded.input as Record<string, unknown>;
    journey.facts.input = input;
    const invalid = checkInput(found, input);
    if (invalid) return this.#refuse(journey, { code: 'ValidationError', message: invalid });
    const scope = `${caller.account}/${found.service}:${found.name}`;
    const paged = this.#openMarker(found, input, scope);
    if ('fault' in paged) return this.#refuse(journey, paged.fault);
    const reply = await this.#ask(found, {
      operation: found.name,
      service: found.service,
      input: paged.input,
      caller,
      requestId: journey.requestId,
      commandId: commandIdOf(incoming, caller, found, journey.requestId),
      at: journey.facts.at,
      position: Math.max(this.#position, demandedPosition(incoming.headers[positionHeader])),
    });
    journey.facts.touched = reply.touched;
    if (!reply.ok) return this.#refuse(journey, reply.fault);
    return this.#reply(journey, service, found, reply, scope);
  }

  #reply(
    journey: Journey,
    service: Service,
    operation: Operation,
    reply: Reply & { ok: true },
    scope: string,
  ): Outgoing {
    const output = this.#sealMarker(operation, reply.output as Record<string, unknown>, scope);
    journey.facts.output = output;
    if (reply.position !== undefined) {
      journey.position = reply.position;
      this.#told = Math.max(this.#told, reply.position);
      this.#options.written?.(reply.position);
    }
    const { status, headers, body } = protocolOf(service).encode(operation, output, journey.requestId);
    return { status, body, headers: withPosition(headers, this.#position) };
  }

  async #ask(operation: Operation, request: Request): Promise<Reply> {
    const { routes, bus } = this.#options;
    const context = routes.get(`${operation.service}:${operation.name}`);
    if (context === undefined) {
      const message = `The operation ${operation.name} is not available in this version of Muniment.`;
      return { ok: false, fault: { code: 'NotImplemented', message, status: 501 }, touched: [] };
    }
    try {
      const ready = this.#options.beforeAsking?.(context);
      if (ready) await ready;
      return await requestPersistently<Request, Reply>(bus, subjectOf(context, operation.name), request, persistence);
    } catch (error) {
      this.#options.unexpected(error, request.requestId);
      return { ok: false, fault: isAway(error) ? unavailable : internalFailure, touched: [] };
    }
  }

  #refuse(journey: Journey, fault: WireFault): Outgoing {
    const { code, message } = fault;
    journey.facts.fault = { code, message };
    // A request that names no service gets the error shape of the first one: never HTML.
    const service = journey.service ?? (this.#options.services[0] as Service);
    return protocolOf(service).encodeFault(service, fault, journey.requestId, journey.operation);
  }

  /** Clients hand markers back unread; inside, a marker is the key of the last row. */
  #openMarker(
    operation: Operation,
    input: Record<string, unknown>,
    scope: string,
  ): { input: unknown } | { fault: WireFault } {
    const name = operation.pagination?.input[0];
    const marker = name === undefined ? undefined : input[name];
    if (name === undefined || typeof marker !== 'string') return { input };
    const opened = this.#options.markers.unmark(scope, marker);
    return opened.ok ? { input: { ...input, [name]: opened.value } } : { fault: opened.fault };
  }

  #sealMarker(operation: Operation, output: Record<string, unknown>, scope: string): Record<string, unknown> {
    const name = operation.pagination?.output[0];
    const key = name === undefined ? undefined : output[name];
    if (name === undefined || key === undefined) return output;
    return { ...output, [name]: this.#options.markers.mark(scope, key) };
  }
}

/** Whom and what the call record will name, verified or only claimed. */
function describe({ facts, service, operation }: Journey, verified: Authenticated, wire: WireRequest): void {
  facts.service = service;
  facts.operation = operation;
  if (operation === undefined) facts.operationName = claimedOperation(wire);
  if (verified.ok) {
    facts.caller = verified.caller;
    facts.region = verified.caller.region;
  } else {
    facts.claimed = claimOf(verified);
    facts.region = verified.region ?? facts.region;
  }
}

const actionParameter = /(?:^|&)Action=([A-Za-z0-9]{1,64})(?:&|$)/;

/** What a request calls an operation that there is not, if it looks like a name. */
function claimedOperation({ headers, query, body }: WireRequest): string | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return /\.([A-Za-z0-9]{1,64})$/.exec(target)?.[1];
  return (actionParameter.exec(query) ?? actionParameter.exec(body.toString('latin1', 0, 1024)))?.[1];
}

const claimOf = ({ accessKeyId, account }: { accessKeyId?: string; account?: string }) => ({
  ...(accessKeyId !== undefined && { accessKeyId }),
  ...(account !== undefined && { account }),
});

/** The codec's headers are made for this one answer: one more goes in without a copy. */
function withPosition(headers: Readonly<Record<string, string>>, position: Position): Readonly<Record<string, string>> {
  (headers as Record<string, string>)[positionHeader] = String(position);
  return headers;
}

const invocationId = /^[\w-]{16,64}$/;

/**
 * SDKs send one id with all tries of a call. What an earlier try has done, its answer lost, is answered and not done
 * again. The id counts only among the calls of one access key, operation and input: nobody meets another's, and a
 * client that never changes it is not told of a change that was not made.
 */
function commandIdOf(incoming: Incoming, { accessKeyId }: Caller, { name }: Operation, requestId: string): string {
  const id = incoming.headers['amz-sdk-invocation-id'];
  if (typeof id !== 'string' || !invocationId.test(id)) return requestId;
  const input = createHash('sha256').update(incoming.target).update('\n').update(incoming.body).digest('base64url');
  return `${accessKeyId}/${name}/${id}/${input.slice(0, 22)}`;
}
