import { setTimeout as sleep } from 'node:timers/promises';
import { document, type Person, person, statement } from '../harness/clients.js';
import type { Cluster } from './cluster.testing.js';
import { isAway, Load, type Outcome } from './load.testing.js';

const lanes = ['one', 'two', 'three', 'four'] as const;
/** In a row: any of three replicas is missed by chance once in six hundred times. */
const enough = 16;

/** Asks through a gateway, again and again, whether somebody may do something: questions reach all replicas in turn. */
export class Probe {
  readonly #cluster: Cluster;
  readonly #subject: Person;
  readonly #load: Load;
  /** Whether a denial stands. */
  #denied = false;

  static async start(cluster: Cluster, replica: number): Promise<Probe> {
    const subject = await person(cluster.url(), cluster.clients(), 'probed', statement('Allow', 'iam:GetUser'));
    return new Probe(cluster, replica, subject);
  }

  private constructor(cluster: Cluster, replica: number, subject: Person) {
    this.#cluster = cluster;
    this.#subject = subject;
    const { iam } = cluster.clients(subject.credentials, replica);
    this.#load = new Load(Object.fromEntries(lanes.map((name) => [name, () => iam.getUser({})])), 2);
  }

  /** Denies what was allowed, or allows it again; answers when that was acknowledged. */
  async change(): Promise<number> {
    const { iam } = this.#cluster.clients();
    const of = { UserName: this.#subject.name, PolicyName: 'denial' };
    if (this.#denied) await iam.deleteUserPolicy(of);
    else await iam.putUserPolicy({ ...of, PolicyDocument: document(statement('Deny', 'iam:GetUser')) });
    this.#denied = !this.#denied;
    return performance.now();
  }

  /** Waits until questions that are asked after a moment are answered by what was acknowledged, many in a row. */
  async settled(from: number, withinMilliseconds = 10_000): Promise<void> {
    for (const end = performance.now() + withinMilliseconds; ; ) {
      const answers = this.#answersSince(from);
      const last = answers.slice(-enough);
      if (last.length === enough && last.every((answer) => this.#isRight(answer))) return;
      if (performance.now() > end) throw new Error(`a change was missed: ${answers.length} answers since`);
      await sleep(5);
    }
  }

  /** How long after a moment the last question was asked that was answered as before; 0 when none was. */
  lag(from: number): number {
    const stale = this.#answersSince(from).filter((answer) => !this.#isRight(answer));
    return Math.max(0, ...stale.map(({ sent }) => sent - from));
  }

  /** How many questions asked since a moment were answered as before. */
  stale(from: number): number {
    return this.#answersSince(from).filter((answer) => !this.#isRight(answer)).length;
  }

  stop(): Promise<readonly Outcome[]> {
    return this.#load.stop();
  }

  /** Refusals for want of a service are no decisions. */
  #answersSince(from: number): Outcome[] {
    return this.#load.outcomes.filter(({ sent, error }) => sent >= from && !isAway(error));
  }

  #isRight({ error }: Outcome): boolean {
    return this.#denied ? error?.name === 'AccessDenied' : error === undefined;
  }
}
