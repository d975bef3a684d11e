/** The parts of an ARN; the resource keeps its colons, since only the first five separate (requirements-4 ARN-6). */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** The texts between the first five colons and what is behind the fifth; undefined when there are fewer colons. */
export function sixParts(text: string): readonly [string, string, string, string, string, string] | undefined {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < 5) {
    const colon = text.indexOf(':', from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  const [arn, partition, service, region, account] = parts as [string, string, string, string, string];
  return [arn, partition, service, region, account, text.slice(from)];
}

/** The six parts of an ARN, `arn` included. */
export function arnParts(text: string): readonly string[] | undefined {
  const parts = sixParts(text);
  return parts?.[0] === 'arn' ? parts : undefined;
}

export function parseArn(text: string): Arn | undefined {
  const parts = sixParts(text);
  if (parts === undefined || parts[0] !== 'arn') return undefined;
  const [, partition, service, region, account, resource] = parts;
  return { partition, service, region, account, resource };
}

const COLON = 0x3a;

/** Where the resource part starts, behind the fifth colon; -1 when the text is not an ARN. One walk, nothing cut out. */
export function resourceOffset(text: string): number {
  return isArnStart(text) ? behindFifthColon(text) : -1;
}

function isArnStart(text: string): boolean {
  return (
    text.charCodeAt(3) === COLON &&
    text.charCodeAt(0) === 0x61 &&
    text.charCodeAt(1) === 0x72 &&
    text.charCodeAt(2) === 0x6e
  );
}

/** The same of a text that may begin with anything. */
export function behindFifthColon(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) !== COLON) continue;
    colons += 1;
    if (colons === 5) return at + 1;
  }
  return -1;
}

/** Whether the ARN, its resource part starting at `offset`, says that it belongs to an account other than `account`. */
export function belongsElsewhere(text: string, offset: number, account: string): boolean {
  if (offset < 14 || text.charCodeAt(offset - 14) !== COLON) return false;
  const owner = text.slice(offset - 13, offset - 1);
  return owner !== account && isAccountId(owner);
}

/** Whether a text is an account id: twelve digits (requirements-4 LIM-9). */
export function isAccountId(text: string): boolean {
  if (text.length !== 12) return false;
  for (let index = 0; index < 12; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** The account a text delegates to: `123456789012` or `arn:…:iam::123456789012:root` (requirements-4 PRI-4). */
export function accountNamed(text: string): string | undefined {
  if (isAccountId(text)) return text;
  if (!text.endsWith(':root')) return undefined;
  const arn = parseArn(text);
  const whole = arn?.service === 'iam' && arn.region === '' && arn.resource === 'root' && isAccountId(arn.account);
  return whole ? arn.account : undefined;
}
