import { setTimeout as sleep } from 'node:timers/promises';
import { type NatsBus, openNats } from '@muniment/bus-nats';
import { busSettings } from '@muniment/hosting/control';
import type { Configuration } from '@muniment/nest';
import { Failure } from './failure.js';

const patience = 5000;

/** Addresses without what may stand in them to sign in. */
const shown = (url: string): string =>
  url
    .split(',')
    .map((each) => new URL(each).host)
    .join(', ');

/** The bus as the user `operator` sees it: it asks, and answers nobody. */
export async function openOperatorBus(configuration: Configuration): Promise<NatsBus> {
  let problem: string | undefined;
  const bus = await openNats({
    ...busSettings(configuration),
    name: 'operator',
    inboxPrefix: '_INBOX_operator',
    onError: ({ message }) => {
      problem = message;
    },
  });
  const end = performance.now() + patience;
  while (bus.state.name !== 'connected' && bus.state.name !== 'closed' && performance.now() < end) await sleep(50);
  const { name, reason } = bus.state;
  if (name === 'connected') return bus;
  await bus.close();
  throw new Failure(`cannot reach NATS at \`${shown(configuration.natsUrl ?? '')}\`: ${problem ?? reason ?? name}`);
}
