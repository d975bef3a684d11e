import { followingChecks, type Parts, respondFor, type Serving, SharedRows } from '@muniment/hosting/services';

/** Users, groups, roles, policies, accounts: rows in Redis, folded by one of the replicas. */
export async function serveDirectory(parts: Parts): Promise<Serving> {
  const rows = await SharedRows.open(parts, { folds: ['directory', 'platform'] });
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
