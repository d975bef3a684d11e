import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import type { Launched, Start } from './launched.js';

const asThisUser = (): string | undefined =>
  process.getuid && process.getgid && `${process.getuid()}:${process.getgid()}`;

/** How signals that stop and continue are spelled for a whole container. */
const ofContainers: Partial<Record<NodeJS.Signals, 'pause' | 'unpause'>> = { SIGSTOP: 'pause', SIGCONT: 'unpause' };

/**
 * Starts a server in a container: its port is the same here and there, its directory `/data` is one of this machine,
 * so that it outlives the container.
 */
export async function launchInContainer(
  { program, args }: Start,
  image: string,
  port: number,
  directory: string,
): Promise<Launched> {
  let output = '';
  const user = asThisUser();
  const prepared = new GenericContainer(image)
    .withEntrypoint([program])
    .withCommand([...args])
    .withExposedPorts({ container: port, host: port })
    .withBindMounts([{ source: directory, target: '/data', mode: 'rw' }])
    .withWaitStrategy(Wait.forListeningPorts())
    .withLogConsumer((stream) =>
      stream.on('data', (chunk) => {
        output += chunk;
      }),
    );
  const started = await (user ? prepared.withUser(user) : prepared).start();
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  const ended = container.wait().then(
    ({ StatusCode }: { StatusCode: number }) => `${StatusCode}`,
    (error: unknown) => String(error),
  );
  return {
    signal: async (signal) => {
      const verb = ofContainers[signal];
      if (verb) await container[verb]();
      else await container.kill({ signal });
    },
    ended: ended.then(async (how) => {
      await started.stop({ remove: true }).catch(() => undefined);
      return how;
    }),
    output: () => output,
  };
}
