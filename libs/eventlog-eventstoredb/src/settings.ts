/** Options of the connection that this log relies on, where the URL does not say otherwise. */
const defaults = {
  connectionName: 'muniment',
  // Few and quick: whoever waits has a deadline, and tries again.
  maxDiscoverAttempts: 2,
  discoveryInterval: 50,
  // Below ten seconds the client complains on the console; deadlines and the watchdog notice earlier anyway.
  keepAliveInterval: 10_000,
  keepAliveTimeout: 5_000,
};

/** With `false` the client tells a wrong revision where the right one should be. */
const forced = { throwOnAppendFailure: true };

const plain = (name: string) => name.toLowerCase().replaceAll(/[_-]/g, '');

/**
 * The connection string of a URL, with what it leaves open filled in. Each generation of a connection keeps alive by a
 * millisecond more: connections whose settings are equal share their sockets, the dead ones too.
 */
export function connectionString(url: string, generation: number): string {
  const [place = '', query = ''] = url.trim().split('?', 2);
  const options = new Map<string, readonly [string, string]>();
  const set = (name: string, value: string) => options.set(plain(name), [name, value]);
  for (const [name, value] of Object.entries(defaults)) set(name, String(value));
  for (const option of query.split('&').filter(Boolean)) {
    const [name = '', ...value] = option.split('=');
    set(name, value.join('='));
  }
  for (const [name, value] of Object.entries(forced)) set(name, String(value));
  const interval = Number(options.get('keepaliveinterval')?.[1]);
  if (interval >= 0) set('keepAliveInterval', String(interval + (generation % 1000)));
  const text = [...options.values()].map(([name, value]) => `${name}=${value}`).join('&');
  // The name of the scheme before the product was renamed: known to the client, which complains about it.
  return `${place.replace(/\/+$/, '').replace(/^esdb/, 'kurrentdb')}?${text}`;
}
