import { iam } from '@muniment/aws-model';
import { query } from '@muniment/kernel';
import { Considered } from './considered.js';
import { identityIn } from './request.js';
import { asksOf, missingEntity } from './simulate-principal-policy.js';
import { readSource, type Source, sourceOf } from './source.js';

export const GetContextKeysForCustomPolicy = query(iam.GetContextKeysForCustomPolicy, {
  gather: async () => undefined,
  authorize: () => ({ resource: '*' }),
  decide(input, _, call) {
    const considered = new Considered();
    return considered.keysOf(identityIn(input, considered, call));
  },
  reply: (keys) => ({ ContextKeyNames: keys }),
});

interface Found {
  readonly source: Source | undefined;
  readonly considered: Considered;
}

export const GetContextKeysForPrincipalPolicy = query(iam.GetContextKeysForPrincipalPolicy, {
  async gather({ PolicySourceArn: text }, from, call): Promise<Found> {
    const considered = new Considered();
    return { source: await sourceOf(readSource(text, call), from, considered), considered };
  },
  authorize: ({ PolicySourceArn: text }, { source }) => asksOf(text, source),
  decide(input, { source, considered }, call) {
    if (!source) return call.fault('NoSuchEntity', missingEntity);
    const { identity, boundary } = source.policies;
    const given = identityIn(input, considered, call);
    return considered.keysOf([...identity, ...(boundary ? [boundary] : []), ...given]);
  },
  reply: (keys) => ({ ContextKeyNames: keys }),
});
