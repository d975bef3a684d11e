import type { PolicyDocument, PolicyKind } from '@muniment/policy';

/** The types of organization policies that decide about access; others only describe configurations. */
export type ControlType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

/** A policy of AWS's own: it is in every organization, and nobody can change it. */
export interface FullAccess {
  readonly policyId: string;
  readonly name: string;
  readonly description: string;
  readonly content: string;
}

interface Rules {
  /** How the ARN of such a policy spells its type. */
  readonly inArn: string;
  readonly kind: PolicyKind;
  readonly fullAccess: FullAccess;
  /** Whether the policy of AWS's own can be taken away, to allow only what others list. */
  readonly detachable: boolean;
  /** What an organization may write itself; the grammar accepts AWS's own policy, too. */
  readonly accepts: (policy: PolicyDocument) => boolean;
}

/** Resource control policies of an organization deny only, and never all actions of all services at once. */
const deniesSome = ({ statements }: PolicyDocument): boolean =>
  statements.every(({ effect, action }) => effect === 'Deny' && action.values.every(({ text }) => text !== '*'));

/** In each organization, attached wherever its type is enabled until something else takes its place. */
export const controls: Readonly<Record<ControlType, Rules>> = {
  SERVICE_CONTROL_POLICY: {
    inArn: 'service_control_policy',
    kind: 'scp',
    detachable: true,
    accepts: () => true,
    fullAccess: {
      policyId: 'p-FullAWSAccess',
      name: 'FullAWSAccess',
      description: 'Allows access to every operation',
      content: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    },
  },
  RESOURCE_CONTROL_POLICY: {
    inArn: 'resource_control_policy',
    kind: 'rcp',
    detachable: false,
    accepts: deniesSome,
    fullAccess: {
      policyId: 'p-RCPFullAWSAccess',
      name: 'RCPFullAWSAccess',
      description: 'Allows access to every resource',
      content: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    },
  },
};

export const isControlType = (type: string): type is ControlType => Object.hasOwn(controls, type);

/** The type whose policy of AWS's own has this id. */
export const ownedByAws = (policyId: string): ControlType | undefined =>
  (Object.keys(controls) as ControlType[]).find((type) => controls[type].fullAccess.policyId === policyId);
