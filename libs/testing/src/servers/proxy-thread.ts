/** The thread of `ThreadedProxies`: does as it is told, and says when it is done. */
import { parentPort } from 'node:worker_threads';
import { startProxy, type TcpProxy } from './proxy.js';
import type { Done, Order } from './threaded-proxies.js';

const proxies = new Map<number, TcpProxy>();

async function obey({ proxy, what, argument }: Order): Promise<void> {
  if (what === 'start') {
    proxies.set(proxy, await startProxy(argument));
    return;
  }
  const known = proxies.get(proxy);
  if (!known) throw new Error(`there is no proxy ${proxy}`);
  await known[what](argument);
}

parentPort?.on('message', (order: Order) => {
  const answer = (error?: string) => {
    const port = proxies.get(order.proxy)?.port ?? 0;
    const done: Done = { number: order.number, port, ...(error !== undefined && { error }) };
    parentPort?.postMessage(done);
  };
  obey(order).then(
    () => answer(),
    (error: unknown) => answer(String(error)),
  );
});
