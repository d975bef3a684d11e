import type { Awaitable, Subject } from '@muniment/kernel';

/**
 * Keeps secrets unreadable wherever they are stored: a data key per subject, wrapped by the root key. What cannot be
 * opened (other subject, changed, erased) throws `Unsealable`.
 */
export interface Sealer {
  seal(subject: Subject, plaintext: string): Promise<string>;
  open(subject: Subject, sealed: string): Awaitable<string>;
  /** Forgets the subject's key: everything sealed for it is unreadable from then on, in every copy. */
  erase(subject: Subject): Promise<void>;
  /** Seals what a client carries about itself (session tokens); same key for all, no state. */
  sealToken(content: string): string;
  /** The content of a token that this platform sealed; undefined for any other text. */
  openToken(token: string): string | undefined;
}

export class Unsealable extends Error {
  constructor(subject: Subject, options?: ErrorOptions) {
    super(`what is sealed for \`${subject.account}/${subject.id}\` cannot be opened`, options);
    this.name = 'Unsealable';
  }
}
