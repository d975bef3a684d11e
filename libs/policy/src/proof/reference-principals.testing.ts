/** Whom a statement is for, in the plain evaluator (requirements-4 sections 5.3, 5.4 and 8.3). */
import type { Principal } from '../principal.js';

/** `Principal` as it stands in the JSON text. */
export type WrittenPrincipal = '*' | Readonly<Record<string, string | readonly string[]>>;

/**
 * In which ways a principal may be named: as itself, by what it stems from (the role of a session, the user behind a
 * federation), by its account, or as one of everybody.
 */
export type Naming = 'itself' | 'origin' | 'account' | 'everyone';

/** All names of a principal, as `naming -> texts` under `AWS`, `Service` or `Federated` (8.3, `principalForms`). */
function namesOf(principal: Principal): readonly (readonly [Naming, string, string])[] {
  const everyone = ['everyone', 'AWS', '*'] as const;
  const ofAccount = (account: string) =>
    [
      ['account', 'AWS', account],
      ['account', 'AWS', `arn:aws:iam::${account}:root`],
    ] as const;
  switch (principal.type) {
    case 'Root':
      return [...ofAccount(principal.account), everyone];
    case 'User':
      return [
        ['itself', 'AWS', principal.arn],
        ['itself', 'AWS', principal.userId],
        ...ofAccount(principal.account),
        everyone,
      ];
    case 'AssumedRole':
      return [
        ['itself', 'AWS', principal.arn],
        ['origin', 'AWS', principal.roleArn],
        ['origin', 'AWS', principal.roleId],
        ...ofAccount(principal.account),
        everyone,
      ];
    case 'FederatedUser':
      return [
        ['itself', 'AWS', principal.arn],
        // The root user has no name of its own here: its ARN means the account (section 15, 6).
        ...(isOfRoot(principal)
          ? []
          : ([
              ['origin', 'AWS', principal.userArn],
              ['origin', 'AWS', principal.userId],
            ] as const)),
        ...ofAccount(principal.account),
        everyone,
      ];
    case 'Service':
      return [...principal.names.map((name) => ['itself', 'Service', name] as const), everyone];
    case 'Federated':
      return [['itself', 'Federated', principal.provider], everyone];
    case 'Anonymous':
      return [everyone];
  }
}

/** A federated session that the root user asked for. */
export function isOfRoot(principal: Principal): boolean {
  return principal.type === 'FederatedUser' && principal.userArn === `arn:aws:iam::${principal.account}:root`;
}

function isWritten(written: WrittenPrincipal, kind: string, text: string): boolean {
  if (written === '*') return kind === 'AWS' && text === '*';
  const values = written[kind] ?? [];
  return typeof values === 'string' ? values === text : values.includes(text);
}

/** How `Principal` names the one who asks; empty when it does not. */
export function namingsOf(written: WrittenPrincipal, principal: Principal): ReadonlySet<Naming> {
  const found = namesOf(principal).filter(([, kind, text]) => isWritten(written, kind, text));
  return new Set(found.map(([naming]) => naming));
}

/**
 * Whether `NotPrincipal` spares the one who asks. It has to list the whole chain: user and account, or session, role and
 * account (NPR-4, strictly).
 */
export function spares(written: WrittenPrincipal, principal: Principal): boolean {
  const named = namingsOf(written, principal);
  if (named.has('everyone')) return true;
  const chain = new Set(namesOf(principal).map(([naming]) => naming));
  chain.delete('everyone');
  return chain.size > 0 && [...chain].every((naming) => named.has(naming));
}
