/** What is JSON already: it is sent as it is. */
export class Json {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface RequestOptions {
  /** How long an answer is waited for; the bus knows what is usual. */
  readonly milliseconds?: number;
}

/** What stands beside a question of somebody who is no service of ours: `''` for a name that is not there. */
export interface QuestionHeaders {
  get(name: string): string;
}

/** Requests between services, one subject each (`muniment.directory.CreateUser`), and hints that may be lost. */
export interface Bus {
  /**
   * Asks the service that listens on `<subject>`. Rejects with `BusUnavailable` when nobody answers in time, with
   * `MessageTooLarge` when question or answer does not fit, and with another error when the service fails.
   */
  request<Question, Answer>(subject: string, question: Question, options?: RequestOptions): Promise<Answer>;
  /**
   * Answers the subjects `<prefix>.<word>`: exactly one word follows. One of several equal services gets each request.
   * What the given function stops, answers first what has reached it. Headers are there if the bus has such a thing and
   * the question came with some.
   */
  respond<Question, Answer>(
    prefix: string,
    answer: (subject: string, question: Question, headers?: QuestionHeaders) => Promise<Answer>,
  ): Promise<() => Promise<void>>;
  publish(subject: string, hint: unknown): void;
  subscribe(subject: string, listener: (hint: unknown) => void): () => void;
  close(): Promise<void>;
}

/** Nobody answered: no service listens, it is away, or it took too long. Whether it acted is unknown. */
export class BusUnavailable extends Error {
  constructor(subject: string, reason: string, options?: ErrorOptions) {
    super(`no answer on \`${subject}\`: ${reason}`, options);
    this.name = 'BusUnavailable';
  }
}

/** The bus does not carry messages of this size. A question that is too large was not asked; an answer was made. */
export class MessageTooLarge extends Error {
  constructor(subject: string, reason: string, options?: ErrorOptions) {
    super(`too large for the bus on \`${subject}\`: ${reason}`, options);
    this.name = 'MessageTooLarge';
  }
}
