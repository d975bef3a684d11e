import { elements } from './elements.js';
import type { CallFacts } from './facts.js';
import { foreignAccounts, type NamedResource, namedResources } from './resources.js';
import { foreignIdentity, userIdentity, userNameOf } from './user-identity.js';

/** One call, kept: CloudTrail's event and what it is looked up by. */
export interface CallRecord {
  readonly trail: TrailEvent;
  readonly userName?: string;
  readonly resources: readonly NamedResource[];
  /** Id of the role whose session called: its last use. */
  readonly roleId?: string;
}

/** The members of CloudTrail's event that Muniment itself reads; the rest is for readers of the record. */
export interface TrailEvent extends Readonly<Record<string, unknown>> {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly readOnly: boolean;
  readonly userIdentity: Readonly<Record<string, unknown>>;
}

/** Calls that change nothing, by the verbs AWS gives them; all of STS is read-only in CloudTrail. */
const readOnlyName = /^(Get|List|Lookup|Describe|Simulate|Generate|AssumeRole|DecodeAuthorization|Validate|Check)/;

/** CloudTrail calls an error by its shape's name where it has one: `NoSuchEntityException`. */
const errorCodeOf = ({ operation, fault }: CallFacts): string | undefined =>
  operation?.errors.find(({ code }) => code === fault?.code)?.shape.name ?? fault?.code;

/** Another UUID that follows from this one: the two records of a shared call have ids of their own. */
const sibling = (eventId: string): string =>
  eventId.slice(0, -1) + (Number.parseInt(eventId.slice(-1), 16) ^ 1).toString(16);

/** Callers choose these texts, unverified ones too; CloudTrail cuts them as well. */
const longestText = 1024;
const cut = (text: string): string => (text.length > longestText ? text.slice(0, longestText) : text);

/** Parameters larger than this are left out (CloudTrail's own limit, 100 KB). */
const largestParameters = 100 * 1024;

const withoutFraction = (iso: string): string => iso.replace(/\.\d+Z$/, 'Z');

/** The records of one call, by account: the caller's, and one for each other account whose resource was asked for. */
export function callRecords(facts: CallFacts, fallbackAccount: string): { account: string; record: CallRecord }[] {
  const account = facts.caller?.account ?? facts.claimed?.account ?? fallbackAccount;
  const own = { account, record: recordFor(facts, account) };
  // Only who was let in leaves a record with the owner: a refused call has touched nothing there, if there is anything.
  if (!facts.caller || facts.fault) return [own];
  const foreign = facts.operation?.service === 'sts' ? foreignAccounts(facts.touched, account) : [];
  if (foreign.length === 0) return [own];
  const sharedEventID = facts.eventId;
  const share = (record: CallRecord, change: object): CallRecord => ({
    ...record,
    trail: { ...record.trail, sharedEventID, ...change },
  });
  const { caller } = facts;
  return [
    { account, record: share(own.record, {}) },
    ...foreign.map((owner) => ({
      account: owner,
      record: share(recordFor(facts, owner), {
        eventID: sibling(facts.eventId),
        userIdentity: foreignIdentity(caller),
      }),
    })),
  ];
}

function recordFor(facts: CallFacts, account: string): CallRecord {
  const { service, operation, caller, fault } = facts;
  const eventName = operation?.name ?? facts.operationName ?? 'Unknown';
  const readOnly = readOnlyName.test(eventName) || service?.id === 'sts';
  const parameters = operation && facts.input ? elements(operation.input, facts.input) : null;
  const requestParameters = JSON.stringify(parameters).length > largestParameters ? null : parameters;
  // Of reads only those answers are kept that hand something out: credentials.
  const handsOut = Object.hasOwn((facts.output ?? {}) as object, 'Credentials');
  const answered = operation !== undefined && !fault && (!readOnly || handsOut);
  const userName = userNameOf(facts);
  return {
    trail: {
      eventVersion: '1.09',
      userIdentity: userIdentity(facts),
      eventTime: withoutFraction(facts.at),
      eventSource: `${service?.endpointPrefix ?? 'unknown'}.amazonaws.com`,
      eventName,
      awsRegion: cut(facts.region),
      sourceIPAddress: facts.sourceIp,
      userAgent: cut(facts.userAgent),
      ...(fault && { errorCode: errorCodeOf(facts), errorMessage: cut(fault.message) }),
      requestParameters,
      responseElements: answered ? elements(operation.output, facts.output) : null,
      requestID: facts.requestId,
      eventID: facts.eventId,
      readOnly,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
    },
    resources: namedResources(requestParameters),
    ...(userName !== undefined && { userName }),
    ...(caller?.principal.type === 'AssumedRole' && { roleId: caller.principal.roleId }),
  };
}
