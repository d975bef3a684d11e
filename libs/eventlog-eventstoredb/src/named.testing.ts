import type { RecordedEvent } from '@muniment/kernel';
import type { EventLog } from '@muniment/runtime';

/** A log of its own in a log that is shared: every stream's name, and so every category's, begins with the prefix. */
export function named(log: EventLog, prefix: string): EventLog {
  const given = (event: RecordedEvent) => ({ ...event, stream: event.stream.slice(prefix.length) });
  return {
    append: async (stream, ...rest) => {
      try {
        return await log.append(prefix + stream, ...rest);
      } catch (error) {
        throw Object.assign(error as Error, 'stream' in (error as Error) ? { stream } : {});
      }
    },
    async *readStream(stream, options) {
      for await (const events of log.readStream(prefix + stream, options)) yield events.map(given);
    },
    readAll: async (categories, ...rest) => {
      const { events, position } = await log.readAll(
        categories.map((category) => prefix + category),
        ...rest,
      );
      return { events: events.map(given), position };
    },
    head: () => log.head(),
    remove: (stream) => log.remove(prefix + stream),
    onAppended: (listener) => log.onAppended((position) => listener(position)),
    close: () => log.close(),
  };
}
