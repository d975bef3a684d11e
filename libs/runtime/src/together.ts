/**
 * Asks once for all who want to know at the same time, and never twice at once. An answer counts for those who wanted it
 * before the question was put: nobody is told of a state from before he asked.
 */
export function together<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let current: Promise<Answer> | undefined;
  let next: Promise<Answer> | undefined;
  const begin = (): Promise<Answer> => {
    next = undefined;
    const asked = ask();
    const over = () => {
      current = undefined;
    };
    current = asked;
    asked.then(over, over);
    return asked;
  };
  return () => {
    if (current === undefined) return begin();
    next ??= current.then(begin, begin);
    return next;
  };
}
