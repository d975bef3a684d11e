import { clientsFor } from '../harness/clients.js';
import type { Credentials } from '../harness/target.js';
import type { AccessKey, Entry, History } from './history.testing.js';

/** Every value that something may have: one, unless an outcome is unknown. */
type Possible<Value> = Set<Value>;

/** What the history says of one user. */
interface Expected {
  readonly exists: Possible<boolean>;
  readonly tag: Possible<string>;
  readonly policy: Possible<string | undefined>;
  readonly attached: Possible<boolean>;
  /** Handed out; whether they sign. */
  readonly keys: Map<string, { readonly key: AccessKey; readonly signs: Possible<boolean> }>;
  /** Keys that may have been made without a word. */
  unheardOf: number;
}

export interface Found {
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
}

export interface CheckOptions {
  readonly history: History;
  readonly url: string;
  readonly root: Credentials;
  readonly accountId: string;
  readonly policyArn: string;
  /** How many of the keys are tried; all when absent. */
  readonly keys?: number;
}

/** What was found to be wrong, each a sentence; all empty when the history is kept. */
export interface Findings {
  readonly answers: string[];
  readonly lost: string[];
  readonly half: string[];
  readonly keys: string[];
}

/** Nothing is wrong. */
export const kept: Findings = { answers: [], lost: [], half: [], keys: [] };

const nobody = (): Expected => ({
  exists: new Set([false]),
  tag: new Set(),
  policy: new Set([undefined]),
  attached: new Set([false]),
  keys: new Map(),
  unheardOf: 0,
});

/** What the change makes of what may have been so far: it is so, or it may be so as well. */
function change<Value>(possible: Possible<Value>, value: Value, { outcome }: Entry): void {
  if (outcome === 'fail') return;
  if (outcome === 'ok') possible.clear();
  possible.add(value);
}

type Fold = (user: Expected, entry: Entry) => void;

const folds: Readonly<Record<string, Fold>> = {
  CreateUser(user, entry) {
    change(user.exists, true, entry);
    change(user.tag, entry.value ?? '', entry);
  },
  DeleteUser: (user, entry) => change(user.exists, false, entry),
  TagUser: (user, entry) => change(user.tag, entry.value ?? '', entry),
  PutUserPolicy: (user, entry) => change(user.policy, entry.value, entry),
  DeleteUserPolicy: (user, entry) => change(user.policy, undefined, entry),
  AttachUserPolicy: (user, entry) => change(user.attached, true, entry),
  DetachUserPolicy: (user, entry) => change(user.attached, false, entry),
  CreateAccessKey(user, { outcome, output }) {
    if (outcome === 'unknown') user.unheardOf++;
    if (outcome !== 'ok') return;
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } =
      (output as { AccessKey?: { AccessKeyId?: string; SecretAccessKey?: string } }).AccessKey ?? {};
    user.keys.set(accessKeyId, { key: { accessKeyId, secretAccessKey }, signs: new Set([true]) });
  },
  DeleteAccessKey(user, entry) {
    const key = user.keys.get(entry.value ?? '');
    if (key) change(key.signs, false, entry);
  },
};

/** The model: what the history leaves, user by user. */
export function replay({ entries }: Pick<History, 'entries'>): Map<string, Expected> {
  const users = new Map<string, Expected>();
  for (const entry of entries) {
    if (entry.operation.startsWith('Lookup')) continue;
    const user = users.get(entry.user) ?? nobody();
    users.set(entry.user, user);
    if (entry.expects === undefined) folds[entry.operation]?.(user, entry);
  }
  return users;
}

/** Others were first: nothing was done, and it may be tried again. */
const others = /^ConcurrentModification/;

/** Answers that were not what they had to be: refusals that nothing called for, and successes that nothing allowed. */
export function wrongAnswers({ entries }: Pick<History, 'entries'>): string[] {
  return entries.flatMap((entry) => {
    const { operation, user, outcome, expects, error } = entry;
    if (outcome === 'unknown') return [];
    if (outcome === 'ok' && expects === undefined) return readWrongly(entry);
    if (outcome === 'fail' && (error?.name === expects || others.test(error?.name ?? ''))) return [];
    return [`${operation} of ${user}: ${outcome} ${error?.name ?? ''} ${error?.message ?? ''}, not ${expects ?? 'ok'}`];
  });
}

/** Nobody else writes: what was acknowledged is what is read. */
function readWrongly({ operation, user, value, output }: Entry): string[] {
  if (operation === 'GetUser') {
    const { User } = output as { User?: { UserName?: string; Tags?: { Value?: string }[] } };
    const tags = (User?.Tags ?? []).map(({ Value }) => Value);
    const read = User?.UserName === user && tags.length === 2 && tags[0] === tags[1];
    if (!read || (value !== undefined && tags[0] !== value)) {
      return [`GetUser of ${user} gives ${User?.UserName} with the tags ${tags.join(' and ')}, not ${value}`];
    }
  }
  if (operation === 'GetCallerIdentity') {
    const { Arn = '' } = output as { Arn?: string };
    if (!Arn.endsWith(`:user/${user}`)) return [`GetCallerIdentity of ${user} gives ${Arn}`];
  }
  return [];
}

/** All users of the account as they are now. */
export async function usersAt(url: string, root: Credentials): Promise<Map<string, Found>> {
  const { iam } = clientsFor(url, root);
  const found = new Map<string, Found>();
  let Marker: string | undefined;
  do {
    const page = await iam.getAccountAuthorizationDetails({ Filter: ['User'], MaxItems: 1000, Marker });
    for (const { UserName = '', Tags = [], UserPolicyList = [], AttachedManagedPolicies = [] } of page.UserDetailList ??
      []) {
      if (found.has(UserName)) throw new Error(`\`${UserName}\` is listed twice`);
      found.set(UserName, {
        tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
        policies: Object.fromEntries(
          UserPolicyList.map(({ PolicyName = '', PolicyDocument = '' }) => [
            PolicyName,
            decodeURIComponent(PolicyDocument),
          ]),
        ),
        attached: AttachedManagedPolicies.map(({ PolicyArn = '' }) => PolicyArn),
      });
    }
    ({ Marker } = page);
  } while (Marker);
  return found;
}

const shown = (possible: Possible<unknown>): string => Array.from(possible, String).join(' or ');

/** Compares what is there with what the history leaves, over the API and after all is quiet. */
export async function check(options: CheckOptions): Promise<Findings> {
  const { history, url, root, policyArn } = options;
  const model = replay(history);
  const users = await usersAt(url, root);
  const findings: Findings = { answers: wrongAnswers(history), lost: [], half: [], keys: [] };
  for (const [name, expected] of model) compare(name, expected, users.get(name), policyArn, findings);
  const names = [...users.keys()].map((name) => name.toLowerCase());
  if (new Set(names).size !== names.length) findings.half.push('a name is there twice, in another case');
  const drawn = [...model.keys()].map((name) => name.toLowerCase());
  for (const name of names) {
    if (name.startsWith('user-') && !drawn.includes(name)) findings.half.push(`nobody asked for \`${name}\``);
  }
  await Promise.all([checkKeys(options, model, findings), checkCount(options, users, findings)]);
  return findings;
}

function compare(
  name: string,
  expected: Expected,
  user: Found | undefined,
  policyArn: string,
  { lost, half }: Findings,
): void {
  if (!expected.exists.has(user !== undefined)) lost.push(`${name} is ${user ? 'there' : 'not there'}`);
  if (!user) return;
  const { a, b } = user.tags;
  if (a !== b) half.push(`${name} has the tags ${a} and ${b}`);
  if (a === undefined || !expected.tag.has(a)) lost.push(`${name} has the tag ${a}, not ${shown(expected.tag)}`);
  const document = Object.values(user.policies)[0];
  const policy = document === undefined ? undefined : (/bucket-(\d+)/.exec(document)?.[1] ?? 'another');
  if (!expected.policy.has(policy)) lost.push(`${name} has the policy ${policy}, not ${shown(expected.policy)}`);
  const attached = user.attached.includes(policyArn);
  if (!expected.attached.has(attached)) lost.push(`${name} has the managed policy: ${attached}`);
}

/** The counter of the policy goes with the attachments themselves. */
async function checkCount({ url, root, policyArn }: CheckOptions, users: Map<string, Found>, { half }: Findings) {
  const attached = [...users.values()].filter((user) => user.attached.includes(policyArn)).length;
  const { Policy } = await clientsFor(url, root).iam.getPolicy({ PolicyArn: policyArn });
  if (Policy?.AttachmentCount !== attached) half.push(`${attached} attachments are ${Policy?.AttachmentCount}`);
}

async function checkKeys(
  { url, keys: most = Infinity, ...options }: CheckOptions,
  model: Map<string, Expected>,
  { keys }: Findings,
) {
  const certain = [...model].flatMap(([name, { exists, keys: made }]) =>
    exists.size > 1 ? [] : Array.from(made.values(), (each) => ({ name, gone: exists.has(false), ...each })),
  );
  const step = Math.max(1, Math.ceil(certain.length / most));
  await inTurns(
    certain.filter(({ signs }, index) => signs.size === 1 && index % step === 0),
    async ({ name, key, signs, gone }) => {
      const arn = await callerOf(url, key);
      const expected =
        signs.has(true) && !gone ? `arn:aws:iam::${options.accountId}:user/${name}` : 'InvalidClientTokenId';
      if (arn !== expected) keys.push(`${key.accessKeyId} of ${name} gives ${arn}, not ${expected}`);
    },
  );
  const there = [...model].filter(([, { exists }]) => !exists.has(false));
  const every = Math.max(1, Math.ceil(there.length / most));
  const counted = there.filter(([, { unheardOf }], index) => unheardOf > 0 || index % every === 0);
  await inTurns(counted, async ([UserName, { unheardOf, keys: made }]) => {
    const { AccessKeyMetadata = [] } = await clientsFor(url, options.root).iam.listAccessKeys({ UserName });
    const known = [...made.values()].filter(({ signs }) => !signs.has(false)).length;
    const perhaps = [...made.values()].filter(({ signs }) => signs.size > 1).length;
    const { length } = AccessKeyMetadata;
    if (length < known || length > known + perhaps + unheardOf) keys.push(`${UserName} has ${length} keys`);
  });
}

const callerOf = (url: string, key: AccessKey): Promise<string> =>
  clientsFor(url, key)
    .sts.getCallerIdentity({})
    .then(
      ({ Arn = '' }) => Arn,
      ({ name }: Error) => name,
    );

/** A few at a time. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
