import { describe, expect, test } from '@jest/globals';
import { awsManagedPolicies } from './aws-managed.gen.js';

const named = (name: string) => awsManagedPolicies.find((policy) => policy.name === name);

describe('the policies that AWS maintains', () => {
  test('AdministratorAccess allows everything', () => {
    expect(named('AdministratorAccess')).toMatchObject({
      policyId: 'ANPAIWMBCKSKIEE64ZLYK',
      arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      path: '/',
      defaultVersionId: 'v1',
      document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    });
  });

  test('a policy for a job function has that path in its ARN', () => {
    expect(named('ViewOnlyAccess')).toMatchObject({
      arn: 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
      path: '/job-function/',
    });
  });

  test('names, ids and ARNs are each used once', () => {
    for (const member of ['name', 'policyId', 'arn'] as const) {
      expect(new Set(awsManagedPolicies.map((policy) => policy[member])).size).toBe(awsManagedPolicies.length);
    }
  });

  test.each(awsManagedPolicies.map((policy) => [policy.name, policy] as const))('%s is well formed', (_, policy) => {
    expect(policy.policyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
    expect(policy.defaultVersionId).toMatch(/^v[1-9][0-9]*$/);
    expect(new Date(policy.createdAt).getTime()).toBeLessThanOrEqual(new Date(policy.updatedAt).getTime());
    expect(JSON.parse(policy.document)).toMatchObject({
      Version: '2012-10-17',
      Statement: expect.arrayContaining([expect.objectContaining({ Effect: expect.stringMatching(/^(Allow|Deny)$/) })]),
    });
  });
});
