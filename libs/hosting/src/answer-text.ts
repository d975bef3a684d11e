import type { muniment } from '@muniment/aws-model';

const statements = new WeakMap<muniment.Statement, string>();

/** Statements of policies that stay decide again and again: written once. */
function statementText(statement: muniment.Statement): string {
  const known = statements.get(statement);
  if (known !== undefined) return known;
  const text = JSON.stringify(statement);
  statements.set(statement, text);
  return text;
}

/** An answer as JSON; the usual one is put together of what is written already. */
export function answerText(answer: muniment.IsAuthorizedResponse): string {
  if (answer.Decision !== 'ALLOW' || answer.Traces) return JSON.stringify(answer);
  const texts = answer.DeterminingStatements.map(statementText).join(',');
  return `{"Decision":"ALLOW","Explicit":false,"DeterminingStatements":[${texts}]}`;
}
