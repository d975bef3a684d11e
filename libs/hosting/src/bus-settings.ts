import type { NatsOptions } from '@muniment/bus-nats';
import type { Configuration } from '@muniment/nest';

/** Where the bus is and who asks, as the settings say it. */
export const busSettings = ({
  natsUrl = '',
  natsUser: user,
  natsPassword: password,
}: Configuration): Pick<NatsOptions, 'url' | 'user' | 'password'> => ({
  url: natsUrl.split(','),
  ...(user !== undefined && { user }),
  ...(password !== undefined && { password }),
});
