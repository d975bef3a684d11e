import type { NewEvent, RecordedEvent } from '@muniment/kernel';
import type { EventLog, ReadStream } from '@muniment/runtime';

/** An event that says nothing but which one it is. */
export const happened = (n: number): NewEvent => ({
  type: 'Happened',
  version: 1,
  data: { n },
  meta: {
    eventId: `event-${n}`,
    commandId: `command-${n}`,
    requestId: `request-${n}`,
    at: '2026-11-20T10:00:00.000Z',
    actor: 'muniment',
  },
});

/** All events of a stream. */
export async function streamed(log: EventLog, stream: string, options?: ReadStream): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of log.readStream(stream, options)) events.push(...batch);
  return events;
}

/** All events of some categories after a position, page by page. */
export async function everything(
  log: EventLog,
  categories: readonly string[],
  after = 0,
  limit = 500,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let position = after; ; ) {
    const slice = await log.readAll(categories, position, limit);
    events.push(...slice.events);
    if (slice.events.length === 0) return events;
    position = slice.position;
  }
}
