/**
 * Who does what in the distributed form, in one place. The bus's users, the network policies, compose and Kubernetes say
 * the same in their own words; the tests beside this file hold them to it.
 */
export interface Role {
  /** Contexts whose questions it answers: `muniment.<context>.<one word>`. */
  readonly answers: readonly string[];
  /** Contexts that it asks. */
  readonly asks: readonly string[];
  /** Whether it shares rows in Redis. */
  readonly rows: boolean;
  /** Settings of its own, beside the shared ones. */
  readonly settings: readonly string[];
}

export const services: Readonly<Record<string, Role>> = {
  gateway: {
    answers: [],
    asks: ['directory', 'credentials', 'sts', 'decisions', 'audit', 'keys', 'sessions', 'records'],
    rows: false,
    settings: ['MUNIMENT_MARKER_KEY_FILE'],
  },
  directory: { answers: ['directory'], asks: ['decisions'], rows: true, settings: [] },
  credentials: {
    answers: ['credentials', 'keys'],
    asks: ['decisions'],
    rows: true,
    settings: [
      'MUNIMENT_ROOT_KEY_FILE',
      'MUNIMENT_ACCOUNT_ID_FILE',
      'MUNIMENT_ROOT_ACCESS_KEY_ID_FILE',
      'MUNIMENT_ROOT_SECRET_ACCESS_KEY_FILE',
    ],
  },
  sts: { answers: ['sts', 'sessions'], asks: ['decisions'], rows: false, settings: ['MUNIMENT_ROOT_KEY_FILE'] },
  // Nobody asks `inquiries` but users of the bus that an operator adds.
  decisions: { answers: ['decisions', 'inquiries'], asks: [], rows: false, settings: [] },
  audit: {
    answers: ['audit', 'records'],
    asks: ['decisions'],
    rows: true,
    settings: ['MUNIMENT_CALL_RECORD_DAYS'],
  },
};

export const serviceNames = Object.keys(services);

const sharedSettings = [
  'MUNIMENT_NATS_URL',
  'MUNIMENT_NATS_USER',
  'MUNIMENT_NATS_PASSWORD_FILE',
  'MUNIMENT_EVENTSTOREDB_URL_FILE',
  'MUNIMENT_PARTITION',
  'MUNIMENT_LOG_LEVEL',
];

/** Every setting that a service is given, sorted. */
export const settingsOf = (service: string): string[] => {
  const { rows = false, settings = [] } = services[service] ?? {};
  return [...sharedSettings, ...(rows ? ['MUNIMENT_REDIS_URL_FILE'] : []), ...settings].sort();
};

/** Port that everybody may reach, and those of the stores. */
export const ports = { gateway: 4566, nats: 4222, kurrentdb: 2113, valkey: 6379 };

/** Users of the bus: the services, and one for the operator's own commands. */
export const busUsers = [...serviceNames, 'operator'];

/** Users that are no service of ours: the operator's own commands, and the example that docs/decisions-api.md gives. */
const otherUsers: Readonly<Record<string, readonly string[]>> = {
  operator: ['$SRV.>', 'muniment.control.>'],
  orders: ['muniment.inquiries.*'],
};

/** What a user may send and hear, as NATS writes it. */
export function subjectsOf(user: string): { readonly publish: string[]; readonly subscribe: string[] } {
  const role = services[user];
  if (!role) return { publish: [...(otherUsers[user] ?? [])], subscribe: [`_INBOX_${user}.>`] };
  return {
    publish: [...role.asks.map((context) => `muniment.${context}.*`), 'muniment.hints.>'],
    subscribe: [
      ...role.answers.map((context) => `muniment.${context}.*`),
      'muniment.hints.>',
      `muniment.control.${user}.>`,
      `_INBOX_${user}.>`,
      '$SRV.*',
      `$SRV.*.muniment-${user}`,
      `$SRV.*.muniment-${user}.*`,
    ],
  };
}
