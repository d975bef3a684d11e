import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Awaitable, Subject } from '@muniment/kernel';
import { type Sealer, Unsealable } from './ports/sealer.js';

/** Where wrapped data keys are kept: apart from the events, so that erasing one reaches every copy of them. */
export interface Keys {
  get(id: string): Awaitable<string | undefined>;
  /** Keeps a key unless there is one already; answers, once it is on disk, the one that is kept. */
  add(id: string, wrapped: string): Promise<string>;
  /** Resolves when the key is on disk. */
  put(id: string, wrapped: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const fingerprintId = 'root-key-fingerprint';
const ivBytes = 12;
const tagBytes = 16;

function encrypt(key: Buffer, plaintext: Buffer, bound: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when the text was not encrypted under this key and for this purpose. */
function decrypt(key: Buffer, sealed: Buffer, bound: string): Buffer | undefined {
  if (sealed.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `muniment/${purpose}`, 32));

/**
 * Envelope encryption: each subject has a data key of its own, wrapped by its account's key, which is derived from
 * the root key. AES-256-GCM throughout; every ciphertext is bound to its subject, so one cannot stand in for another.
 */
export class EnvelopeSealer implements Sealer {
  readonly #root: Buffer;
  readonly #keys: Keys;
  readonly #token: Buffer;
  readonly #making = new Map<string, Promise<Buffer>>();

  /** `root`: 32 bytes, from a 0600 file or the environment. */
  constructor(root: Buffer, keys: Keys) {
    if (root.length !== 32) throw new Error('the root key must be 32 bytes long');
    this.#root = root;
    this.#keys = keys;
    this.#token = derive(root, 'session-token');
  }

  async seal(subject: Subject, plaintext: string): Promise<string> {
    const data = (await this.#dataKey(subject)) ?? (await this.#makeDataKey(subject));
    return `1.${encrypt(data, Buffer.from(plaintext), idOf(subject)).toString('base64')}`;
  }

  open(subject: Subject, sealed: string): Awaitable<string> {
    const data = this.#dataKey(subject);
    return data instanceof Promise
      ? data.then((key) => this.#opened(subject, sealed, key))
      : this.#opened(subject, sealed, data);
  }

  #opened(subject: Subject, sealed: string, data: Buffer | undefined): string {
    const [version, content] = sealed.split('.', 2);
    if (data === undefined || version !== '1' || content === undefined) throw new Unsealable(subject);
    const plaintext = decrypt(data, Buffer.from(content, 'base64'), idOf(subject));
    if (plaintext === undefined) throw new Unsealable(subject);
    return plaintext.toString();
  }

  erase(subject: Subject): Promise<void> {
    return this.#keys.remove(idOf(subject));
  }

  sealToken(content: string): string {
    return encrypt(this.#token, Buffer.from(content), 'session-token').toString('base64');
  }

  openToken(token: string): string | undefined {
    const sealed = Buffer.from(token, 'base64');
    // One spelling only: base64 is read with whatever else stands in it.
    if (sealed.toString('base64') !== token) return undefined;
    return decrypt(this.#token, sealed, 'session-token')?.toString();
  }

  /** Refuses a root key other than the one that sealed what is stored: remembered by a fingerprint, not by itself. */
  async prove(): Promise<void> {
    const fingerprint = createHmac('sha256', this.#root).update('muniment/fingerprint').digest('base64');
    const known = await this.#keys.get(fingerprintId);
    const kept = known ?? (await this.#keys.add(fingerprintId, fingerprint));
    if (kept !== fingerprint) throw new Error('the root key is not the one that sealed what is stored here');
  }

  /** A key for one purpose of the platform's own, such as marking page markers. */
  keyFor(purpose: string): Buffer {
    return EnvelopeSealer.keyFor(this.#root, purpose);
  }

  /** The same of a root key that seals nothing in this process. */
  static keyFor(root: Buffer, purpose: string): Buffer {
    return derive(root, purpose);
  }

  /** Several who seal for a new subject at once share one key: another would make the first one's texts unreadable. */
  #makeDataKey(subject: Subject): Promise<Buffer> {
    const id = idOf(subject);
    const known = this.#making.get(id);
    if (known) return known;
    const data = randomBytes(32);
    // Another replica may be first: its key is the one, or what it sealed could not be opened any more.
    const making = this.#keys
      .add(id, encrypt(this.#accountKey(subject), data, `key ${id}`).toString('base64'))
      .then((kept) => this.#unwrapped(subject, kept) as Buffer)
      .finally(() => this.#making.delete(id));
    this.#making.set(id, making);
    return making;
  }

  #accountKey({ account }: Subject): Buffer {
    return derive(this.#root, `account/${account}`);
  }

  #dataKey(subject: Subject): Awaitable<Buffer | undefined> {
    const wrapped = this.#keys.get(idOf(subject));
    return wrapped instanceof Promise
      ? wrapped.then((text) => this.#unwrapped(subject, text))
      : this.#unwrapped(subject, wrapped);
  }

  #unwrapped(subject: Subject, wrapped: string | undefined): Buffer | undefined {
    const id = idOf(subject);
    if (wrapped === undefined) return undefined;
    const data = decrypt(this.#accountKey(subject), Buffer.from(wrapped, 'base64'), `key ${id}`);
    if (data === undefined) throw new Unsealable(subject);
    return data;
  }
}

const idOf = ({ account, id }: Subject): string => `${account}/${id}`;
