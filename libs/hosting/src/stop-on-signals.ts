import type { Logger } from 'pino';

/** Time for what is under way at the end; then the process ends all the same. */
const graceMilliseconds = 8000;

/** Ends the process in order when it is told to: nothing that was accepted is left without an answer. */
export function stopOnSignals(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const end = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), graceMilliseconds).unref();
    await stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end(signal).catch((error) => {
        logger.fatal({ err: error }, 'stopping failed');
        process.exit(1);
      });
    });
  }
}
