import {
  type CompiledPolicy,
  compilePolicy,
  contextKeysOf,
  type PolicyDocument,
  type PolicyReading,
  type PolicyType,
  readPolicy,
  type StatementRef,
} from '@muniment/policy';
import { readStored, unreadable } from '../documents.js';
import { type Span, spanOf } from './span.js';

interface Source {
  readonly text: string;
  readonly document: PolicyDocument;
}

/** What input is read as. */
const kinds = { identity: 'identity', boundary: 'identity', resource: 'resource', scp: 'scp' } as const;

const keyOf = (type: PolicyType, id: string): string => `${type} ${id}`;

/**
 * The policies of one simulation. They are compiled as they are for decisions, and their texts are kept: answers say
 * where in them a statement stands.
 */
export class Considered {
  readonly #sources = new Map<string, Source>();

  /** A stored policy, read as decisions read it. */
  compiled(text: string, id: string, type: PolicyType, partition: string): CompiledPolicy {
    return this.#keep(text, id, type, readStored(text, type, partition)) ?? unreadable(id, type);
  }

  /** A policy that came with the request; undefined when it cannot be read. */
  given(text: string, id: string, type: keyof typeof kinds, partition: string): CompiledPolicy | undefined {
    return this.#keep(text, id, type, readPolicy(text, kinds[type], { oldVersions: true, partition }));
  }

  /** Another text of the same statements: the one that people see. */
  shownAs(text: string, id: string, type: PolicyType, partition: string): void {
    const reading = readStored(text, type, partition);
    if (reading.ok) this.#sources.set(keyOf(type, id), { text, document: reading.policy });
  }

  /** Undefined where there is no text to point at. */
  spanOf({ policy, type, index }: StatementRef): Span | undefined {
    const source = this.#sources.get(keyOf(type, policy));
    const statement = source?.document.statements[index];
    return source && statement && spanOf(source.text, statement);
  }

  /** How many statements there are. */
  get statements(): number {
    let count = 0;
    for (const { document } of this.#sources.values()) count += document.statements.length;
    return count;
  }

  /** Condition keys that the policies depend on, each once, as they are spelled first. */
  keysOf(policies: readonly CompiledPolicy[]): string[] {
    const found = new Map<string, string>();
    for (const { type, id } of policies) {
      const source = this.#sources.get(keyOf(type, id));
      for (const key of source ? contextKeysOf(source.document) : []) {
        if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), key);
      }
    }
    return [...found.values()];
  }

  #keep(text: string, id: string, type: PolicyType, reading: PolicyReading): CompiledPolicy | undefined {
    if (!reading.ok) return undefined;
    this.#sources.set(keyOf(type, id), { text, document: reading.policy });
    return compilePolicy(reading.policy, { id, type, explainable: false });
  }
}
