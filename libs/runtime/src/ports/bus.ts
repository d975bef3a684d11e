/** Requests between services, one subject each (`muniment.directory.CreateUser`), and hints that may be lost. */
export interface Bus {
  /** Asks the service that listens on `<subject>`; rejects with `BusUnavailable` when nobody answers in time. */
  request<Question, Answer>(
    subject: string,
    question: Question,
    options?: { readonly milliseconds?: number },
  ): Promise<Answer>;
  /** Answers all subjects that start with `<prefix>.`; one of several equal services gets each request. */
  respond<Question, Answer>(
    prefix: string,
    answer: (subject: string, question: Question) => Promise<Answer>,
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
