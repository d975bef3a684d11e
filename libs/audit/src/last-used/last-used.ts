import { aggregate, type Event, type Evolve, readModel, type StateOf } from '@muniment/kernel';
import type { CallRecord } from '../call-record/call-record.js';

export interface AccessKeyLastUsed {
  readonly accessKeyId: string;
  readonly at: string;
  readonly region: string;
  readonly service: string;
}

export interface RoleLastUsed {
  readonly roleId: string;
  readonly at: string;
  readonly region: string;
}

export const accessKeysLastUsed = readModel<AccessKeyLastUsed>('access-keys-last-used', {
  id: (key) => key.accessKeyId,
});

export const rolesLastUsed = readModel<RoleLastUsed>('roles-last-used', { id: (role) => role.roleId });

export type CallsEvent = Event<'CallsRecorded', { records: readonly CallRecord[]; previous: string; hash: string }>;

const models = { accessKeys: accessKeysLastUsed, roles: rolesLastUsed };
type LastUsed = StateOf<typeof models>;

/** Two uses within 15 minutes record the first only (requirements-1 section 15). */
const window = 15 * 60 * 1000;

const isNews = (known: { at: string } | undefined, at: string): boolean =>
  known === undefined || Date.parse(at) - Date.parse(known.at) >= window;

const evolve: Evolve<LastUsed, CallsEvent> = {
  CallsRecorded(state, { records }) {
    for (const { trail, roleId } of records) {
      const { eventTime: at, awsRegion: region, eventSource } = trail;
      const { accessKeyId, type } = trail.userIdentity;
      // Requests whose signature did not hold say nothing about the key's owner.
      if (type === 'Unknown' || type === 'AWSAccount' || typeof accessKeyId !== 'string') continue;
      if (accessKeyId.startsWith('AKIA') && isNews(state.accessKeys.byId(accessKeyId), at)) {
        state.accessKeys.set({ accessKeyId, at, region, service: eventSource.replace('.amazonaws.com', '') });
      }
      if (roleId !== undefined && isNews(state.roles.byId(roleId), at)) state.roles.set({ roleId, at, region });
    }
  },
};

/** When keys and roles were last used, folded from the call records of an account. */
export const lastUsed = {
  ...aggregate<typeof models, CallsEvent>('last-used', { models, evolve, version: 1 }),
  categories: ['calls'],
};
