/** The double as a process of its own: `node dist/eventstoredb/main.js [--port N] [--data FILE] [--release 20.10]`. */
import { parseArgs } from 'node:util';
import { EventStoreDouble } from './eventstore-double.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, data: { type: 'string' }, release: { type: 'string' } },
});
const double = new EventStoreDouble({
  ...(values.data === undefined ? {} : { data: values.data }),
  release: values.release === '20.10' ? '20.10' : '24.10',
});
await double.start({ port: Number(values.port) });
process.stdout.write(`${double.connectionString}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void double.stop().then(() => process.exit()));
}
