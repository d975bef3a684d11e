import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const usualPort = 4222;

/** How much later than the first another may speak, so that all of them share the work. */
const othersMilliseconds = 100;

/** A server speaks first. Resolves with whether this one says anything, or at least ends the connection, in time. */
function answers(url: string, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const { hostname, port } = new URL(url.includes('://') ? url : `nats://${url}`);
  return new Promise((resolve) => {
    const socket = new Socket();
    const over = (answered: boolean): void => {
      clearTimeout(late);
      // A socket that is given the signal itself keeps listening to it: one more with every try.
      signal.removeEventListener('abort', giveUp);
      resolve(answered);
      socket.destroy();
    };
    const giveUp = (): void => over(false);
    const late = setTimeout(giveUp, milliseconds);
    signal.addEventListener('abort', giveUp);
    socket.on('data', () => over(true));
    // Whoever refuses says why to the library, too.
    socket.on('error', () => over(true));
    socket.on('close', () => over(true));
    socket.connect(Number(port) || usualPort, hostname.replace(/^\[|\]$/g, ''));
  });
}

/**
 * Those of the servers that are worth a connection. The library waits for the first word of one that takes connections
 * and stays silent, and leaves the socket open when it gives up: with a server that is frozen for hours, one would come
 * to the next.
 *
 * @throws Error when all are silent.
 */
export async function speaking(
  urls: readonly string[],
  milliseconds: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const asked = urls.map(async (url) => {
    if (!(await answers(url, milliseconds, signal))) throw new Error('the server takes connections and says nothing');
    found.add(url);
  });
  await Promise.any(asked).catch(({ errors }: AggregateError) => Promise.reject(errors[0] as Error));
  await Promise.race([Promise.allSettled(asked), sleep(othersMilliseconds)]);
  return urls.filter((url) => found.has(url));
}
