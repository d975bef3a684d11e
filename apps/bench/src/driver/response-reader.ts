const blankLine = Buffer.from('\r\n\r\n');
const lengthHeader = /\r\ncontent-length: *(\d+)/i;

export interface Response {
  readonly status: number;
  /** Empty when it was neither asked for nor an error: bytes that nobody reads are only counted. */
  readonly body: string;
  /** Status line and headers; empty as the body is. */
  readonly head: string;
}

/** Cuts the answers of one keep-alive connection apart; reads no more of them than a benchmark needs. */
export class ResponseReader {
  readonly #keepsBodies: boolean;
  #head: Buffer | undefined;
  #status = 0;
  #headers = '';
  /** Bytes of the body that have not come yet; undefined while the head is read. */
  #missing: number | undefined;
  #kept: Buffer[] | undefined;

  constructor(keepsBodies: boolean) {
    this.#keepsBodies = keepsBodies;
  }

  /**
   * Takes bytes as they come, the answer when they complete it. `bytes` may be used anew afterwards.
   *
   * @throws Error for an answer without `Content-Length`, and for bytes behind the answer, since nothing was asked yet.
   */
  push(bytes: Buffer): Response | undefined {
    const part = this.#missing === undefined ? this.#readHead(bytes) : bytes;
    if (part === undefined || this.#missing === undefined) return undefined;
    if (part.length > this.#missing) throw new Error('more bytes came than were announced');
    this.#missing -= part.length;
    this.#kept?.push(Buffer.from(part));
    if (this.#missing > 0) return undefined;
    const body = this.#kept ? Buffer.concat(this.#kept).toString() : '';
    const response = { status: this.#status, body, head: this.#kept ? this.#headers : '' };
    this.#missing = undefined;
    return response;
  }

  /** What follows the head, once it is complete. */
  #readHead(bytes: Buffer): Buffer | undefined {
    const all = this.#head ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = all.indexOf(blankLine);
    if (end < 0) {
      this.#head = Buffer.from(all);
      return undefined;
    }
    this.#head = undefined;
    const head = all.toString('latin1', 0, end);
    const length = lengthHeader.exec(head)?.[1];
    if (length === undefined) throw new Error(`no content length in \`${head}\``);
    this.#status = Number(head.slice(9, 12));
    this.#headers = head;
    this.#missing = Number(length);
    this.#kept = this.#keepsBodies || this.#status >= 300 ? [] : undefined;
    return all.subarray(end + blankLine.length);
  }
}
