/** What is mutated: the parts of the policy engine, each of which has to reach the score. */
const files = (folder, names) => names.map((name) => `libs/policy/src/${folder}${name}.ts`);

export const groups = {
  reader: [
    ...files('json/', ['reader', 'scanner', 'tree']),
    ...files('grammar/', ['actions', 'fault', 'identity', 'principals', 'read-policy', 'resources', 'shape', 'trust']),
  ],
  matcher: [
    ...files('', ['wildcard', 'action', 'resource', 'principal', 'variables', 'arn', 'arn-pattern']),
    ...files('condition/', ['addresses', 'arns', 'binary', 'condition', 'dates', 'numbers', 'operators', 'tests']),
  ],
  evaluator: files('', [
    'evaluate',
    'run',
    'compile',
    'decision',
    'minimal',
    'explain',
    'evaluate-all',
    'context',
    'context-key',
    'interned',
    'at-home',
    'denial-text',
    'context-keys-of',
    'policy-size',
  ]),
};

export const SCORE = 85;
