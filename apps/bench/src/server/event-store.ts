import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startListening } from './listening-process.js';
import type { MeasuredProcess } from './measured-process.js';

const program = fileURLToPath(new URL('../../../../libs/testing/dist/eventstoredb/main.js', import.meta.url));

/** EventStoreDB's protocol double as a process: it syncs before it answers, as the server does, and is not the server. */
export const startEventStore = (directory: string): Promise<MeasuredProcess> =>
  startListening('the protocol double of EventStoreDB', [program, '--data', join(directory, 'events')]);
