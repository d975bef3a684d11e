import { sts } from '@muniment/aws-model';
import { arn, type Role, roles } from '@muniment/directory/contract';
import {
  type Ask,
  type Call,
  fold,
  type Principal,
  query,
  requestTags,
  resourceTags,
  type Session,
  type Sources,
  type Tag,
} from '@muniment/kernel';
import { refuseMfa } from './mfa.js';
import { issueSession } from './session.js';
import { missingPolicy, policyArns, policyTooLarge, sessionPolicies, tagsTooLarge } from './session-policies.js';
import { checkSessionTags, inheritedTags, sessionTags, tagsOnTrial } from './session-tags.js';

const defaultSeconds = 3600;
/** A role assumed by a role's session: more is refused, not cut (requirements-4 LIM-16). */
const longestInChain = 3600;

interface Found {
  /** Of the role, as its ARN says. */
  readonly account: string;
  readonly role: Role | undefined;
  readonly arns: readonly string[];
  readonly missing: string | undefined;
}

interface Granted {
  readonly account: string;
  readonly principal: Extract<Principal, { type: 'AssumedRole' }>;
  readonly session: Session;
}

/** Partition and account of a role's ARN, and its name; AWS wants six parts and no more, before it looks for a role. */
function readRoleArn(roleArn: string, call: Call): { account: string; partition: string; name: string } {
  const [arnWord, partition, service, , account = '', ...resource] = roleArn.split(':');
  const path = resource.join(':');
  if (arnWord !== 'arn' || !partition || !service || !path)
    return call.fault('ValidationError', `${roleArn} is invalid`);
  return { account, partition, name: path.slice(path.lastIndexOf('/') + 1) };
}

/** Names are looked up regardless of case, but a role is only assumed by its exact ARN (requirements-4 NAM-7). */
async function roleOf(
  roleArn: string,
  from: Sources,
  call: Call,
): Promise<{ account: string; role: Role | undefined }> {
  const { account, partition, name } = readRoleArn(roleArn, call);
  const role = partition === call.partition ? await from.find(roles, fold(name), account) : undefined;
  const exact = role && arn.role({ account, partition }, role.path, role.roleName) === roleArn;
  return { account, role: exact ? role : undefined };
}

/** What a chain of roles, or this request, says of who is behind it all. */
const sourceIdentityOf = ({ SourceIdentity }: sts.AssumeRoleRequest, call: Call): string | undefined =>
  call.caller.session?.sourceIdentity ?? SourceIdentity;

/** The same role, asked for each thing that the request does to the session. */
function asksOf(
  input: sts.AssumeRoleRequest,
  { account, role }: Found,
  inherited: readonly Tag[],
  call: Call,
): (Ask | false)[] {
  const { Tags, TransitiveTagKeys = [] } = input;
  const sourceIdentity = sourceIdentityOf(input, call);
  const ask: Ask = {
    resource: input.RoleArn,
    account,
    ...(role && { resourcePolicy: { kind: 'trust', id: role.roleId, document: role.trust } }),
    context: {
      ...resourceTags(tagsOnTrial(role?.tags ?? [], inherited)),
      ...requestTags(Tags),
      ...(TransitiveTagKeys.length > 0 && { 'sts:TransitiveTagKeys': TransitiveTagKeys }),
      'sts:RoleSessionName': input.RoleSessionName,
      'sts:ExternalId': input.ExternalId,
      'sts:SourceIdentity': sourceIdentity,
    },
  };
  const tagged = (Tags ?? []).length + inherited.length > 0;
  return [
    ask,
    tagged && { ...ask, action: 'sts:TagSession' },
    sourceIdentity !== undefined && { ...ask, action: 'sts:SetSourceIdentity' },
  ];
}

const notAuthorized = ({ RoleArn }: sts.AssumeRoleRequest, action: string, call: Call): never =>
  call.fault(
    'AccessDenied',
    `User: ${call.caller.principal.arn} is not authorized to perform: ${action} on resource: ${RoleArn}`,
  );

function checkDuration(seconds: number, role: Role, call: Call): void {
  if (call.caller.principal.type === 'AssumedRole' && seconds > longestInChain) {
    call.fault(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    call.fault('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}

function sessionOf(input: sts.AssumeRoleRequest, arns: readonly string[], call: Call): Session {
  const { DurationSeconds = defaultSeconds } = input;
  const sourceIdentity = sourceIdentityOf(input, call);
  return {
    kind: 'AssumeRole',
    issuedAt: call.now.toISOString(),
    expiresAt: call.after(DurationSeconds).toISOString(),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...sessionTags(input, inheritedTags(call.caller.session)),
    ...sessionPolicies(input, arns, call),
  };
}

export const AssumeRole = query(sts.AssumeRole, {
  async gather(input, from, call): Promise<Found> {
    const { account, role } = await roleOf(input.RoleArn, from, call);
    const arns = policyArns(input, call);
    return { account, role, arns, missing: await missingPolicy(arns, account, from) };
  },
  authorize(input, found, call) {
    if (call.caller.principal.type === 'Root') call.fault('AccessDenied', 'Roles may not be assumed by root accounts.');
    if (input.ProvidedContexts) call.fault('InvalidParameterValue', 'There is no provider of the given contexts.');
    refuseMfa(input, call);
    const inherited = inheritedTags(call.caller.session);
    checkSessionTags(input, inherited, call);
    return asksOf(input, found, inherited, call);
  },
  decide(input, { account, role, arns, missing }, call): Granted {
    if (!role) return notAuthorized(input, 'sts:AssumeRole', call);
    // What was set once stays, along the whole chain (requirements-2 section 10).
    if (input.SourceIdentity !== undefined && input.SourceIdentity !== sourceIdentityOf(input, call)) {
      notAuthorized(input, 'sts:SetSourceIdentity', call);
    }
    checkDuration(input.DurationSeconds ?? defaultSeconds, role, call);
    if (missing !== undefined) call.fault('ValidationError', `Policy ${missing} does not exist or is not attachable.`);
    const { roleId, roleName } = role;
    const sessionArn = `arn:${call.partition}:sts::${account}:assumed-role/${roleName}/${input.RoleSessionName}`;
    return {
      account,
      principal: {
        type: 'AssumedRole',
        account,
        arn: sessionArn,
        roleArn: input.RoleArn,
        roleId,
        sessionName: input.RoleSessionName,
      },
      session: sessionOf(input, arns, call),
    };
  },
  reply(granted, { MinimumSessionTokenSize }, call, secrets) {
    const { principal, session } = granted;
    const { sourceIdentity, policy, policyArns: managed, tags } = session;
    const issued = issueSession(granted, secrets, MinimumSessionTokenSize);
    const { SessionTokenUtilization: percent } = issued;
    const narrowed = policy !== undefined || managed !== undefined;
    if (percent > 100) call.fault('PackedPolicyTooLarge', narrowed ? policyTooLarge(percent) : tagsTooLarge(percent));
    return {
      ...issued,
      AssumedRoleUser: { AssumedRoleId: `${principal.roleId}:${principal.sessionName}`, Arn: principal.arn },
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
      // The same measure under its older name; AWS leaves it out of sessions without policies and tags.
      ...(narrowed || tags ? { PackedPolicySize: percent } : {}),
    };
  },
});
