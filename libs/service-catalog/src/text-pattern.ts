/** One character of a pattern that stands for any one, or for any number of them. */
const one = '?';
const many = '*';

/**
 * Whether a text is what a pattern with `*` and `?` says, in time linear in their product: no regular expression, so that
 * no pattern is slow. Case counts; fold both to ignore it.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let index = 0; index < text.length; ) {
    const expected = pattern[at];
    if (expected === many) {
      star = at++;
      from = index;
    } else if (expected !== undefined && (expected === one || expected === text[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++from;
    } else return false;
  }
  while (pattern[at] === many) at += 1;
  return at === pattern.length;
}

/** What stands between the placeholders of a template: `a/${B}.c` → `a/`, `.c`; some of AWS's have `*` for one. */
export const literalsOf = (template: string): readonly string[] => template.split(/\$\{[^}]*\}|\*/);

/** Whether a text is what a template says, each placeholder being at least one character. Case counts. */
export const matchesTemplate = (pattern: string, text: string): boolean => template(pattern)(text);

/** The same for many texts. */
export function template(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = literalsOf(pattern);
  const tail = rest.pop();
  if (tail === undefined) return (text) => head === text;
  return (text) => {
    if (!text.startsWith(head)) return false;
    let at = head.length;
    for (const literal of rest) {
      const found = text.indexOf(literal, at + 1);
      if (found < 0) return false;
      at = found + literal.length;
    }
    return text.endsWith(tail) && text.length - tail.length > at;
  };
}
