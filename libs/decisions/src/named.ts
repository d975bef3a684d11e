import {
  accounts,
  everybody,
  type RegisteredService,
  registeredServices,
  roles,
  users,
} from '@muniment/directory/contract';
import { type Awaitable, fold, type Principal } from '@muniment/kernel';
import { OwnService } from './is-authorized/own-service.js';
import { Remembered } from './remembered.js';
import type { Reader, Rows } from './rows.js';

/** An ARN that can name somebody: `arn:aws:iam::111122223333:user/staff/ann`. */
interface Naming {
  readonly partition: string;
  readonly service: string;
  readonly account: string;
  readonly kind: string;
  /** Of a user or role with its path, of a session the role's name alone. */
  readonly name: string;
  readonly sessionName: string;
}

const form = /^arn:([^:/]+):(iam|sts)::(\d{12}):([a-z-]+)(?:\/([^:]+))?$/;

function namingOf(arn: string): Naming | undefined {
  const [, partition = '', service = '', account = '', kind = '', name = ''] = form.exec(arn) ?? [];
  if (partition === '') return undefined;
  if (service === 'iam') return { partition, service, account, kind, name, sessionName: '' };
  const [role = '', sessionName = '', ...rest] = name.split('/');
  return rest.length > 0 || sessionName === ''
    ? undefined
    : { partition, service, account, kind, name: role, sessionName };
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

type Find = (naming: Naming, from: Reader) => Promise<Principal | undefined>;

async function findUser({ partition, account, name }: Naming, from: Reader): Promise<Principal | undefined> {
  const user = await from.find(users, fold(lastPart(name)), account);
  // Names are found in any case and with any path; an ARN is somebody's only as it is written.
  if (!user || `${user.path}${user.userName}` !== `/${name}`) return undefined;
  const { userId, userName } = user;
  return { type: 'User', account, arn: `arn:${partition}:iam::${account}:user/${name}`, userId, userName };
}

/** Without a session name nobody's: the role itself is asked about, which no session's ARN or id fits. */
async function findRole({ service, partition, account, name }: Naming, from: Reader): Promise<Principal | undefined> {
  const role = await from.find(roles, fold(lastPart(name)), account);
  const written = role && (service === 'sts' ? role.roleName : `${role.path}${role.roleName}`.slice(1));
  if (!role || written !== name) return undefined;
  const { roleId, roleName, path } = role;
  return {
    type: 'AssumedRole',
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleName}/`,
    roleArn: `arn:${partition}:iam::${account}:role${path}${roleName}`,
    roleId,
    sessionName: '',
  };
}

async function findRoot({ partition, account, name }: Naming, from: Reader): Promise<Principal | undefined> {
  if (name !== '' || !(await from.findById(accounts, account, everybody))) return undefined;
  return { type: 'Root', account, arn: `arn:${partition}:iam::${account}:root` };
}

const finding: Readonly<Record<string, Find>> = {
  'iam root': findRoot,
  'iam user': findUser,
  'iam role': findRole,
  'sts assumed-role': findRole,
};

/** Services that stay in memory, with those that were asked for and are not there. */
const mostServices = 2000;

/** Who and what is meant by the names in a question. */
export class Named {
  readonly #rows: Rows;
  readonly #principals: Remembered<Principal | 'absent'>;
  readonly #services: Remembered<OwnService | 'absent'>;

  constructor(rows: Rows, principals: number) {
    this.#rows = rows;
    this.#principals = rows.serve(new Remembered(principals));
    this.#services = rows.serve(new Remembered(mostServices));
  }

  /** Undefined: there is nobody with this ARN. ARNs of other partitions are nobody's. */
  principal(arn: string, partition: string): Awaitable<Principal | undefined> {
    const known = this.#principals.get(arn);
    if (known !== undefined) return known === 'absent' || !isIn(partition, arn) ? undefined : known;
    const naming = namingOf(arn);
    const find = naming && finding[`${naming.service} ${naming.kind}`];
    if (!find || !isIn(partition, arn)) return undefined;
    const make = async (from: Reader) => inSession(await find(naming, from), naming) ?? 'absent';
    return this.#rows
      .recall(this.#principals, arn, make)
      .then((principal) => (principal === 'absent' ? undefined : principal));
  }

  /** A service that is registered in an account. */
  service(account: string, prefix: string): Awaitable<OwnService | undefined> {
    const id = fold(prefix);
    const key = `${account} ${id}`;
    const known = this.#services.get(key);
    if (known !== undefined) return known === 'absent' ? undefined : known;
    const make = async (from: Reader) => serviceOf(await from.findById(registeredServices, id, account));
    return this.#rows.recall(this.#services, key, make).then((service) => (service === 'absent' ? undefined : service));
  }
}

const serviceOf = (row: RegisteredService | undefined): OwnService | 'absent' =>
  row ? OwnService.of(row.definition) : 'absent';

const isIn = (partition: string, arn: string): boolean =>
  arn.startsWith(partition, 4) && arn[4 + partition.length] === ':';

function inSession(found: Principal | undefined, { sessionName }: Naming): Principal | undefined {
  if (found?.type !== 'AssumedRole' || sessionName === '') return found;
  return { ...found, arn: `${found.arn}${sessionName}`, sessionName };
}
