/** Random requests and policy sets, telling ones: few names, so that statements match, overlap and contradict often. */
import type { AuthorizationRequest } from '../evaluate.js';
import {
  ACCOUNT,
  alice,
  anonymous,
  federated,
  OTHER_ACCOUNT,
  root,
  service,
  session,
  webIdentity,
} from '../fixtures.js';
import type { Principal } from '../principal.js';
import { conditionFrom, contextFrom, type Block } from './arbitrary-conditions.testing.js';
import type { Draw } from './draw.testing.js';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Condition?: Block;
  readonly [element: string]: unknown;
}

export interface Document {
  readonly Version?: string;
  readonly Statement: readonly Statement[];
}

/** A policy set by its documents, so that properties can add to it, turn it about and write it down. */
export interface Plan {
  readonly identity: readonly Document[];
  readonly boundary?: Document | undefined;
  readonly session?: readonly Document[] | undefined;
  readonly resource?: Document | undefined;
  readonly trust?: Document | undefined;
  readonly scps?: readonly (readonly Document[])[] | undefined;
  readonly rcps?: readonly (readonly Document[])[] | undefined;
}

export interface World {
  readonly request: AuthorizationRequest;
  readonly plan: Plan;
}

/** Another user of the account, and one of another account. */
const bob: Principal = {
  ...alice,
  arn: `arn:aws:iam::${ACCOUNT}:user/bob`,
  userId: 'AIDABOBBOBBOBBOBBOB1',
  userName: 'bob',
};
const stranger: Principal = {
  ...alice,
  account: OTHER_ACCOUNT,
  arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/alice`,
  userId: 'AIDASTRANGERSTRANGER',
};
const ofRoot: Principal = { ...federated, userArn: root.arn, userId: ACCOUNT };

export const PRINCIPALS: readonly Principal[] = [
  alice,
  alice,
  alice,
  session,
  session,
  session,
  federated,
  federated,
  root,
  bob,
  stranger,
  ofRoot,
  service,
  webIdentity,
  anonymous,
];

const ROLE = `arn:aws:iam::${ACCOUNT}:role/teams/Target`;
const REQUESTED: readonly (readonly [action: string, resource: string])[] = [
  ['s3:GetObject', 'arn:aws:s3:::b/k'],
  ['s3:GetObject', 'arn:aws:s3:::b/alice'],
  ['s3:PutObject', 'arn:aws:s3:::b/x*y'],
  ['S3:putobject', 'arn:aws:s3:::b/blue'],
  ['s3:GetObject', 'arn:aws:s3:::b/a/k'],
  ['sqs:SendMessage', `arn:aws:sqs:eu-west-1:${ACCOUNT}:q`],
  ['sqs:SendMessage', `arn:aws:sqs:eu-west-1:${OTHER_ACCOUNT}:q:1`],
  ['iam:ListUsers', '*'],
  ['other:Thing', 'arn:aws:other:::thing'],
  ['iam:GetPolicy', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
];
const ASSUME = ['sts:AssumeRole', ROLE] as const;
const SENSELESS = ['s3:GetObject', 'nonsense'] as const;

const ACTIONS = [
  's3:GetObject',
  's3:*',
  '*',
  's3:Get*',
  'S3:get?bject',
  's3:*Object',
  's3:PutObject',
  'sqs:*',
  'sqs:SendMessage',
  'iam:List*',
  'iam:*e*',
  '*:*',
];

const RESOURCES = [
  '*',
  'arn:aws:s3:::b/*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::b/k',
  'arn:aws:s3:::b/${aws:username}',
  "arn:aws:s3:::b/${aws:PrincipalTag/Team, 'k'}",
  'arn:aws:s3:::b/${AWS:principaltag/team}',
  'arn:aws:s3:::b/x${*}y',
  'arn:aws:s3:::b/x*y',
  'arn:aws:s3:::b/?',
  'arn:aws:s3:::b/*/k',
  'arn:aws:s3:::b/${my:Nothing}',
  'arn:*:s3:::b/?????',
  `arn:aws:sqs:*:${ACCOUNT}:*`,
  'arn:aws:sqs:eu-west-?:*:q*',
  'arn:aws:sqs:*:*:*',
  'arn:aws:iam::aws:policy/*',
];

const NAMED: readonly unknown[] = [
  '*',
  { AWS: '*' },
  { AWS: alice.arn },
  { AWS: [alice.userId, stranger.arn] },
  { AWS: ACCOUNT },
  { AWS: [`arn:aws:iam::${ACCOUNT}:root`, OTHER_ACCOUNT] },
  { AWS: session.arn },
  { AWS: session.roleArn },
  { AWS: [session.roleId, federated.userArn] },
  { AWS: federated.arn },
  { AWS: [federated.userId] },
  { Service: service.names[0] },
  { Service: ['ec2.amazonaws.com', service.names[1]], AWS: alice.arn },
  { Federated: webIdentity.provider },
  { AWS: [ACCOUNT, alice.arn, session.arn, session.roleArn, federated.arn] },
];

function documentFrom(draw: Draw, statement: () => Statement): Document {
  const Version = draw.chance(15) ? draw.pick(['2008-10-17', undefined]) : '2012-10-17';
  const Statement = draw.several(1, draw.chance(15) ? 7 : 3, statement);
  return Version === undefined ? { Statement } : { Version, Statement };
}

/** What most policies at this place say: everything, so that the others have something to limit. */
const BROAD: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

export function statementFrom(draw: Draw): Statement {
  const Effect = draw.chance(25) ? 'Deny' : 'Allow';
  const actions = draw.oneOrMore(3, () => draw.pick(ACTIONS));
  const resources = draw.oneOrMore(3, () => draw.pick(RESOURCES));
  return {
    Effect,
    [draw.chance(15) ? 'NotAction' : 'Action']: actions,
    [draw.chance(15) ? 'NotResource' : 'Resource']: resources,
    ...(draw.chance(45) ? { Condition: conditionFrom(draw) } : {}),
  };
}

export function resourceStatementFrom(draw: Draw): Statement {
  const statement = statementFrom(draw);
  if (statement.Effect === 'Deny' && draw.chance(30)) {
    return { ...statement, NotPrincipal: draw.pick(NAMED) };
  }
  const { Resource: _resource, ...attached } = statement;
  return { ...(draw.chance(15) && !('NotResource' in statement) ? attached : statement), Principal: draw.pick(NAMED) };
}

function trustStatementFrom(draw: Draw): Statement {
  return {
    Effect: draw.chance(25) ? 'Deny' : 'Allow',
    Principal: draw.pick(NAMED),
    Action: draw.oneOrMore(2, () => draw.pick(['sts:AssumeRole', 'sts:*', 'sts:Assume*', 'sts:TagSession'])),
    ...(draw.chance(45) ? { Condition: conditionFrom(draw) } : {}),
  };
}

/** Mostly one that begins with everything. */
export function broadDocumentFrom(draw: Draw, broad: number): Document {
  const document = documentFrom(draw, () => statementFrom(draw));
  return draw.chance(broad) ? { ...document, Statement: [BROAD, ...document.Statement] } : document;
}

export function identityDocumentFrom(draw: Draw): Document {
  return documentFrom(draw, () => statementFrom(draw));
}

export function resourceDocumentFrom(draw: Draw): Document {
  return documentFrom(draw, () => resourceStatementFrom(draw));
}

function levelsFrom(draw: Draw, document: () => Document): Document[][] {
  return draw.several(1, 3, () => draw.several(draw.chance(95) ? 1 : 0, 2, document));
}

/** Resource control policies are for everybody, and know no `NotAction`. */
function resourceControlFrom(draw: Draw): Document {
  const document = broadDocumentFrom(draw, 80);
  const Statement = document.Statement.map(({ NotAction, ...statement }) => ({
    ...statement,
    ...(NotAction === undefined ? {} : { Action: NotAction }),
    Principal: '*',
  }));
  return { ...document, Statement };
}

export function planFrom(draw: Draw, trust: boolean, broad: number): Plan {
  return {
    identity: draw.several(0, 3, () => broadDocumentFrom(draw, broad)),
    boundary: draw.chance(30) ? broadDocumentFrom(draw, 50) : undefined,
    session: draw.chance(35) ? draw.several(0, 2, () => broadDocumentFrom(draw, 40)) : undefined,
    resource: !trust && draw.chance(50) ? resourceDocumentFrom(draw) : undefined,
    trust: trust ? documentFrom(draw, () => trustStatementFrom(draw)) : undefined,
    scps: draw.chance(30) ? levelsFrom(draw, () => broadDocumentFrom(draw, 80)) : undefined,
    rcps: draw.chance(20) ? levelsFrom(draw, () => resourceControlFrom(draw)) : undefined,
  };
}

export function requestFrom(draw: Draw, trust: boolean): AuthorizationRequest {
  const [action, resource] = trust ? ASSUME : draw.chance(2) ? SENSELESS : draw.pick(REQUESTED);
  const request = { principal: draw.pick(PRINCIPALS), action, resource, context: contextFrom(draw) };
  return draw.chance(20) ? { ...request, resourceAccount: draw.pick([ACCOUNT, OTHER_ACCOUNT, 'aws']) } : request;
}

/** A request with the policies that bear on it; one in seven is about assuming a role. */
export function worldFrom(draw: Draw): World {
  const trust = draw.chance(14);
  return { plan: planFrom(draw, trust, 25), request: requestFrom(draw, trust) };
}

/** One that is more often allowed. */
export function openWorldFrom(draw: Draw): World {
  return { plan: planFrom(draw, false, 80), request: requestFrom(draw, false) };
}

/** Policies with several requests that they bear on: making policies takes longer than asking them. */
export interface Scene {
  readonly plan: Plan;
  readonly requests: readonly AuthorizationRequest[];
}

export function sceneFrom(draw: Draw, requests: number): Scene {
  const trust = draw.chance(14);
  return {
    plan: planFrom(draw, trust, 25),
    requests: draw.several(requests, requests, () => requestFrom(draw, trust)),
  };
}
