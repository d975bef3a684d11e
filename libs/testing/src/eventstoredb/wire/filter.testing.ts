import type { ReadReq } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Recorded } from '../records.js';
import { invalidArgument } from './refusals.testing.js';

/** The server looks through so many events at a time when the client does not say how many. */
const defaultWindow = 32;

export interface Filter {
  allows(record: Recorded): boolean;
  /** A checkpoint is due each time so many events were looked at. */
  readonly interval: number;
}

export function filterOf(options?: ReadReq.Options.FilterOptions): Filter | undefined {
  if (!options) return undefined;
  const byStream = options.hasStreamIdentifier();
  const expression = byStream ? options.getStreamIdentifier() : options.getEventType();
  if (!expression) throw invalidArgument('a filter says what it looks at');
  const matches = matcherOf(expression);
  const window = options.hasMax() ? options.getMax() : defaultWindow;
  return {
    allows: ({ stream, type }) => matches(byStream ? stream : type),
    interval: window * Math.max(1, options.getCheckpointintervalmultiplier()),
  };
}

function matcherOf(expression: ReadReq.Options.FilterOptions.Expression): (text: string) => boolean {
  const regex = expression.getRegex();
  if (regex) {
    const pattern = new RegExp(regex);
    return (text) => pattern.test(text);
  }
  const prefixes = expression.getPrefixList();
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
}
