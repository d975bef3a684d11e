import {
  type CompiledPolicy,
  compilePolicy,
  type PolicyDocument,
  type PolicyKind,
  type PolicyReading,
  type PolicyText,
  type PolicyType,
  readPolicy,
} from '@muniment/policy';
import { Remembered } from './remembered.js';

const kinds: Readonly<Record<PolicyType, PolicyKind>> = {
  identity: 'identity',
  boundary: 'identity',
  session: 'session',
  resource: 'resource',
  trust: 'trust',
  scp: 'scp',
  rcp: 'rcp',
};

const nowhere = { line: 1, column: 1, offset: 0 };
const anything: PolicyText = { text: '*', position: nowhere };
const everything = { negated: false, values: [anything], position: nowhere };

/** Denies everything to everybody. */
const nothing = (kind: PolicyKind): PolicyDocument => ({
  kind,
  version: '2012-10-17',
  id: undefined,
  statements: [
    {
      index: 0,
      sid: undefined,
      effect: 'Deny',
      principal:
        kind === 'trust' || kind === 'resource' || kind === 'rcp'
          ? { negated: false, names: [{ ...anything, naming: 'AWS' }], position: nowhere }
          : undefined,
      action: everything,
      resource: kind === 'trust' ? undefined : everything,
      condition: [],
      position: nowhere,
      end: nowhere,
    },
  ],
});

/**
 * In place of a policy that counts but is not there or cannot be read: it might have denied, so everything is denied
 * (fail closed, requirements-4 section 8.1).
 */
export const unreadable = (id: string, type: PolicyType): CompiledPolicy =>
  compilePolicy(nothing(kinds[type]), { id, type, explainable: false });

/** The longest of AWS's own policies has more characters than IAM takes from others. */
const longest = 2 ** 18;

/** What was accepted once stays in force, so old forms are read that saving would refuse (requirements-4 GRM-4). */
export const readStored = (text: string, type: PolicyType, partition: string): PolicyReading =>
  readPolicy(text, kinds[type], { oldVersions: true, duplicateKeys: 'merge', maxLength: longest, partition });

/** No two documents have the same key: the parts whose length is not known are preceded by it (reliability-security S24). */
export const keyOf = (text: string, id: string, type: PolicyType, partition: string): string =>
  `${type} ${partition.length} ${partition} ${id.length} ${id} ${text}`;

/** Compiled documents, shared by everyone who has the same text under the same name. */
export class Documents {
  readonly #explainable: boolean;
  readonly #compiled: Remembered<CompiledPolicy>;

  /** `explainable`: compiled policies keep what they were made from, which takes several times the memory. */
  constructor(limit: number, explainable = false) {
    this.#explainable = explainable;
    this.#compiled = new Remembered(limit);
  }

  compiled(text: string, id: string, type: PolicyType, partition: string): CompiledPolicy {
    const key = keyOf(text, id, type, partition);
    const known = this.#compiled.get(key);
    if (known) return known;
    const reading = readStored(text, type, partition);
    const compiled = reading.ok
      ? compilePolicy(reading.policy, { id, type, explainable: this.#explainable })
      : unreadable(id, type);
    this.#compiled.keep(key, compiled);
    return compiled;
  }
}
