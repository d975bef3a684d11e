import { MemberAccess } from '@muniment/hosting';
import { followingChecks, type Parts, respondFor, type Serving, SharedRows } from '@muniment/hosting/services';

/** Users, groups, roles, policies, accounts: rows in Redis, folded by one of the replicas. */
export async function serveDirectory(parts: Parts): Promise<Serving> {
  const { log, configuration } = parts;
  const rows = await SharedRows.open(parts, {
    folds: ['directory', 'platform'],
    storing: (events) => access.seen(events),
  });
  const { partition } = configuration;
  const access = new MemberAccess({ log, readModels: rows.readModels, partition });
  await rows.start();
  const stopResponding = await respondFor('directory', parts, rows);
  return {
    checks: (head) => followingChecks(rows.projectors, head),
    keepers: [rows.keeper],
    stop: async () => {
      await stopResponding();
      await rows.close();
    },
  };
}
