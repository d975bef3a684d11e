import type { Shape, Structure } from '@muniment/aws-model';

/** `UserName` → `userName`, `SAMLMetadataDocument` → `sAMLMetadataDocument`, as CloudTrail spells members. */
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Jul 18, 2014, 4:07:39 PM` (requirements-2 section 14). */
export function trailDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = date.getUTCHours();
  const clock = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${hours < 12 ? 'AM' : 'PM'}`;
  return `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock}`;
}

/** One-time codes, which the model does not mark: one that was mistyped or not taken may still be good. */
const codes: ReadonlySet<string> = new Set(['TokenCode', 'AuthenticationCode1', 'AuthenticationCode2']);

/**
 * Input or output of a call in CloudTrail's spelling. What the model marks as sensitive is left out: a call record
 * holds no secret (requirements-2 section 14).
 */
export function elements(shape: Structure, value: unknown): Record<string, unknown> | null {
  const result: Record<string, unknown> = {};
  const source = (value ?? {}) as Record<string, unknown>;
  let any = false;
  for (const member of shape.members) {
    const content = source[member.name];
    if (content === undefined || member.shape.sensitive || codes.has(member.name)) continue;
    const shown = element(member.shape, content);
    if (shown === undefined) continue;
    result[lowerFirst(member.name)] = shown;
    any = true;
  }
  return any ? result : null;
}

function element(shape: Shape, value: unknown): unknown {
  if (shape.sensitive || value === null) return undefined;
  switch (shape.kind) {
    case 'structure':
      return elements(shape, value) ?? {};
    case 'list':
      return (value as unknown[]).map((item) => element(shape.member, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, element(shape.value, item)]),
      );
    case 'timestamp':
      return value instanceof Date ? trailDate(value) : value;
    case 'blob':
      return undefined;
    default:
      return value;
  }
}
