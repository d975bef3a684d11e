import { type Bus, BusUnavailable, type RequestOptions } from '@muniment/runtime';

type Responder = (subject: string, question: never) => Promise<unknown>;
type Listener = (hint: unknown) => void;

/** Services of one process that ask each other by direct calls: nothing is copied, nothing waits. */
export class InProcessBus implements Bus {
  readonly #responders = new Map<string, Responder[]>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #closed = false;

  async request<Question, Answer>(
    subject: string,
    question: Question,
    { milliseconds }: RequestOptions = {},
  ): Promise<Answer> {
    const responder = this.#responderFor(subject);
    if (responder === undefined)
      throw new BusUnavailable(subject, this.#closed ? 'the bus is closed' : 'no service listens');
    const answer = responder(subject, question as never) as Promise<Answer>;
    return milliseconds === undefined ? answer : inTime(answer, subject, milliseconds);
  }

  async respond<Question, Answer>(
    prefix: string,
    answer: (subject: string, question: Question) => Promise<Answer>,
  ): Promise<() => Promise<void>> {
    const responders = this.#responders.get(prefix) ?? [];
    // An entry of its own, so that a function that listens twice can also stop once.
    const responder: Responder = (subject, question) => answer(subject, question);
    responders.push(responder);
    this.#responders.set(prefix, responders);
    return async () => {
      const index = responders.indexOf(responder);
      if (index >= 0) responders.splice(index, 1);
    };
  }

  publish(subject: string, hint: unknown): void {
    for (const listener of this.#listeners.get(subject) ?? []) {
      try {
        listener(hint);
      } catch (error) {
        // Hints may be lost; whoever publishes one must not suffer for it.
        process.emitWarning(`a listener failed: ${String(error)}`);
      }
    }
  }

  subscribe(subject: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(subject) ?? new Set();
    const entry: Listener = (hint) => listener(hint);
    listeners.add(entry);
    this.#listeners.set(subject, listeners);
    return () => void listeners.delete(entry);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#responders.clear();
    this.#listeners.clear();
  }

  /** The responder of the subject without its last word; several of one prefix take turns. */
  #responderFor(subject: string): Responder | undefined {
    const responders = this.#responders.get(subject.slice(0, Math.max(0, subject.lastIndexOf('.'))));
    const next = responders?.shift();
    if (next !== undefined) responders?.push(next);
    return next;
  }
}

function inTime<Answer>(answer: Promise<Answer>, subject: string, milliseconds: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BusUnavailable(subject, `no answer within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
