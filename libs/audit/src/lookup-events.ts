import { cloudtrail } from '@muniment/aws-model';
import { type Query, query, type Sources } from '@muniment/kernel';
import type { CallRecord } from './call-record/call-record.js';

const pageSize = 50;
/** How far back CloudTrail itself looks; Muniment keeps more, and `StartTime` reaches it. */
const defaultDays = 90;
const day = 24 * 60 * 60 * 1000;
/** No call is older than Muniment; days before it, or after today, are not worth walking through. */
const firstDay = new Date('2020-01-01T00:00:00Z');

const later = (a: Date, b: Date): Date => (a > b ? a : b);
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);

type Attribute = cloudtrail.LookupAttribute;

/** What each lookup attribute is compared with. */
const matchers: Readonly<Record<string, (record: CallRecord, value: string) => boolean>> = {
  EventId: ({ trail }, value) => trail.eventID === value,
  EventName: ({ trail }, value) => trail.eventName === value,
  ReadOnly: ({ trail }, value) => String(trail.readOnly) === value,
  Username: ({ userName }, value) => userName === value,
  ResourceType: ({ resources }, value) => resources.some(({ type }) => type === value),
  ResourceName: ({ resources }, value) => resources.some(({ name }) => name === value),
  EventSource: ({ trail }, value) => trail.eventSource === value,
  AccessKeyId: ({ trail }, value) => trail.userIdentity['accessKeyId'] === value,
};

const matches = (record: CallRecord, attributes: readonly Attribute[]): boolean =>
  attributes.every(({ AttributeKey, AttributeValue }) => matchers[AttributeKey]?.(record, AttributeValue) ?? false);

const onWire = ({ trail, userName, resources }: CallRecord): cloudtrail.Event => {
  const { accessKeyId } = trail.userIdentity;
  return {
    EventId: trail.eventID,
    EventName: trail.eventName,
    ReadOnly: String(trail.readOnly),
    ...(typeof accessKeyId === 'string' && { AccessKeyId: accessKeyId }),
    EventTime: new Date(trail.eventTime),
    EventSource: trail.eventSource,
    ...(userName !== undefined && { Username: userName }),
    Resources: resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(trail),
  };
};

interface Found {
  readonly records: readonly CallRecord[];
  readonly next: string | undefined;
}

/** One page, newest first. `after` is the id of the last record of the page before. */
async function page(
  history: ReturnType<Sources['history']>,
  keep: (record: CallRecord) => boolean,
  size: number,
  after: string | undefined,
): Promise<Found> {
  const records: CallRecord[] = [];
  let reached = after === undefined;
  for await (const batch of history) {
    for (const record of batch as readonly CallRecord[]) {
      if (!reached) {
        reached = record.trail.eventID === after;
        continue;
      }
      if (!keep(record)) continue;
      if (records.length === size) return { records, next: records[size - 1]?.trail.eventID };
      records.push(record);
    }
  }
  return { records, next: undefined };
}

/** Call records of the account, newest first; at most one attribute, as AWS has it. */
export const LookupEvents: Query = query(cloudtrail.LookupEvents, {
  async gather({ LookupAttributes = [], StartTime, EndTime, MaxResults = pageSize, NextToken }, from, call) {
    if (LookupAttributes.length > 1) {
      return call.fault('InvalidLookupAttributesException', 'You can only specify one lookup attribute.');
    }
    const end = EndTime ?? new Date(call.now.getTime() + day);
    const start = StartTime ?? new Date(call.now.getTime() - defaultDays * day);
    if (start > end) {
      return call.fault('InvalidTimeRangeException', 'The start time must be before the end time.');
    }
    const inTime = ({ trail }: CallRecord): boolean => {
      const at = Date.parse(trail.eventTime);
      return at >= start.getTime() && at <= end.getTime();
    };
    const keep = (record: CallRecord): boolean => inTime(record) && matches(record, LookupAttributes);
    const history = from.history(
      call.account,
      later(start, firstDay),
      earlier(end, new Date(call.now.getTime() + day)),
    );
    return page(history, keep, MaxResults, NextToken);
  },
  authorize: () => ({ resource: '*' }),
  reply: ({ records, next }: Found) => ({
    Events: records.map(onWire),
    ...(next !== undefined && { NextToken: next }),
  }),
});
