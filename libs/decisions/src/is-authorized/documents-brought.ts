import type { muniment } from '@muniment/aws-model';
import { type CompiledPolicy, compilePolicy, readPolicy } from '@muniment/policy';
import type { Brought } from '../decisions.js';
import { keyOf } from '../documents.js';
import { Remembered } from '../remembered.js';
import { Unanswerable } from './unanswerable.js';

/** Apart from the documents of the directory: whoever asks must not drive those out of memory. */
const most = 200;

const nothing: Brought = {};

type Kind = 'session' | 'resource';

const called: Readonly<Record<Kind, string>> = { session: 'session-policy', resource: 'resource-policy' };

/** Policies that come with questions; the same ones come again and again. */
export class DocumentsBrought {
  readonly #compiled = new Remembered<CompiledPolicy>(most);

  compiled(text: string, type: Kind, partition: string): CompiledPolicy {
    const key = keyOf(text, '', type, partition);
    const known = this.#compiled.get(key);
    if (known) return known;
    const reading = readPolicy(text, type, { partition });
    if (!reading.ok) throw new Unanswerable(`the ${called[type]} cannot be read: ${reading.error.message}`);
    const policy = compilePolicy(reading.policy, { id: called[type], type });
    this.#compiled.keep(key, policy);
    return policy;
  }

  /** The policies that come with one question. */
  of({ SessionPolicy, ResourcePolicy }: muniment.Question, partition: string): Brought {
    if (SessionPolicy === undefined && ResourcePolicy === undefined) return nothing;
    return {
      ...(SessionPolicy !== undefined && { session: [this.compiled(SessionPolicy, 'session', partition)] }),
      ...(ResourcePolicy !== undefined && { resource: this.compiled(ResourcePolicy, 'resource', partition) }),
    };
  }
}
