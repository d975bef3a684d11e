import { type Event, type Evolve, readModel, type Tag } from '@muniment/kernel';
import type { Platform } from '../platform/platform.js';

/** An invitation of an account into an organization; both have to want it. */
export interface Handshake {
  readonly handshakeId: string;
  readonly organizationId: string;
  readonly managementAccount: string;
  readonly accountId: string;
  readonly notes?: string;
  /** Of the account, once it is a member. */
  readonly tags: readonly Tag[];
  readonly state: 'OPEN' | 'ACCEPTED' | 'DECLINED' | 'CANCELED';
  readonly requestedAt: string;
  readonly expiresAt: string;
}

export type HandshakeEvent =
  | Event<
      'HandshakeOpened',
      {
        handshakeId: string;
        organizationId: string;
        managementAccount: string;
        accountId: string;
        notes?: string;
        tags: Tag[];
        expiresAt: string;
      }
    >
  | Event<'HandshakeClosed', { handshakeId: string; state: Exclude<Handshake['state'], 'OPEN'> }>;

export const handshakes = readModel<Handshake>('organization-handshakes', {
  id: (row) => row.handshakeId,
  indexes: { organization: (row) => [row.organizationId], account: (row) => [row.accountId] },
});

export const handshakeEvents: Evolve<Platform, HandshakeEvent> = {
  HandshakeOpened: (platform, handshake, { at }) =>
    platform.handshakes.set({ ...handshake, state: 'OPEN', requestedAt: at }),
  HandshakeClosed: (platform, { handshakeId, state }) => platform.handshakes.update(handshakeId, { state }),
};
