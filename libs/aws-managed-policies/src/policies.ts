import { currentDocument, earlierDocument } from './documents.js';
import { lines } from './policies.gen.js';

/** A version of a policy that AWS maintains. */
export interface AwsManagedPolicyVersion {
  readonly versionId: string;
  readonly createdAt: string;
  /** False: nobody recorded when it was made, and `createdAt` is that of the version before, the earliest it can be. */
  readonly dated: boolean;
}

const isoOf = (base36: string): string => new Date(Number.parseInt(base36, 36) * 1000).toISOString();

/**
 * A policy that AWS maintains: present in every account, owned by the account named `aws`.
 *
 * @example
 * ```ts
 * const policy = awsManagedPolicy('arn:aws:iam::aws:policy/ReadOnlyAccess');
 * policy?.document; // the version in force, as compact JSON
 * await policy?.documentOf('v105'); // an earlier one
 * ```
 */
export class AwsManagedPolicy {
  readonly name: string;
  readonly #line: string;
  readonly #position: number;

  /** `line` is the one at this position of the generated index. */
  constructor(line: string, position: number) {
    this.name = line.slice(0, line.indexOf(' '));
    this.#line = line;
    this.#position = position;
  }

  /** Begins and ends with a slash; tells policies for job functions, service roles and service-linked roles. */
  get path(): string {
    return this.#member(1);
  }

  /** AWS's own where it is publicly known, else one of the same form, the same in every installation. */
  get policyId(): string {
    return `ANPA${this.#member(2)}`;
  }

  /** In the partition `aws`. */
  get arn(): string {
    return `arn:aws:iam::aws:policy${this.path}${this.name}`;
  }

  get createdAt(): string {
    return isoOf(this.#member(3));
  }

  /** When the version in force was made. */
  get updatedAt(): string {
    return isoOf(this.#line.slice(this.#line.lastIndexOf(':') + 1));
  }

  get defaultVersionId(): string {
    const numbered = this.#member(4);
    return `v${numbered.slice(numbered.lastIndexOf(',') + 1, numbered.lastIndexOf(':'))}`;
  }

  /** Oldest first; the last is in force. Numbers may be missing: those were never recorded. */
  get versions(): readonly AwsManagedPolicyVersion[] {
    let createdAt = this.createdAt;
    return this.#member(4)
      .split(',')
      .map((version) => {
        const [number, at] = version.split(':', 2);
        if (at !== undefined) createdAt = isoOf(at);
        return { versionId: `v${number}`, createdAt, dated: at !== undefined };
      });
  }

  /** The document in force, as compact JSON. */
  get document(): string {
    return currentDocument(this.#position);
  }

  /** The document of any version, as compact JSON; undefined when there is no such version. */
  async documentOf(versionId: string): Promise<string | undefined> {
    if (versionId === this.defaultVersionId) return this.document;
    const at = this.versions.findIndex((version) => version.versionId === versionId);
    if (at < 0) return undefined;
    const before = indexed().slice(0, this.#position);
    return earlierDocument(before.reduce((sum, line) => sum + earlierIn(line), at));
  }

  /** Name, path, id without its prefix, creation, versions. */
  #member(at: number): string {
    return this.#line.split(' ', at + 1)[at] as string;
  }
}

/** Versions are the last member of a line; names may have commas, too. */
const earlierIn = (line: string): number => line.slice(line.lastIndexOf(' ')).split(',').length - 1;

let index: readonly string[] | undefined;

/** What the members of a line are is said above by their readers; most are never asked for. */
function indexed(): readonly string[] {
  index ??= lines.split('\n');
  return index;
}

let policies: readonly AwsManagedPolicy[] | undefined;

/**
 * Every policy that AWS maintains, ordered by name in lower case. Loads no document.
 *
 * @example
 * ```ts
 * awsManagedPolicies().filter(({ path }) => path === '/job-function/').map(({ name }) => name);
 * ```
 */
export function awsManagedPolicies(): readonly AwsManagedPolicy[] {
  policies ??= indexed().map((line, position) => new AwsManagedPolicy(line, position));
  return policies;
}

let byName: ReadonlyMap<string, AwsManagedPolicy> | undefined;

/**
 * The policy of an ARN, path and all, in whatever partition; undefined when AWS maintains no such policy.
 *
 * @example
 * ```ts
 * awsManagedPolicy('arn:aws-cn:iam::aws:policy/job-function/Billing')?.defaultVersionId;
 * ```
 */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  const [, path, name] = /^arn:aws[a-z-]*:iam::aws:policy(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
  if (name === undefined) return undefined;
  byName ??= new Map(awsManagedPolicies().map((policy) => [policy.name, policy]));
  const policy = byName.get(name);
  return policy?.path === path ? policy : undefined;
}
