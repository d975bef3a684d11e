import { followingChecks, type Parts, respondFor, type Serving, SharedRows } from '@muniment/hosting/services';
import { CallsChain, callHistory, randomIds, recordsPrefix, recordsResponder } from '@muniment/runtime';

/** Call records: takes them from the gateways, writes them to the log, looks them up. */
export async function serveAudit(parts: Parts): Promise<Serving> {
  const { bus, log } = parts;
  const rows = await SharedRows.open(parts, { folds: ['last-used'] });
  await rows.start();
  const chain = new CallsChain(log, randomIds);
  const stops = [
    await bus.respond(recordsPrefix, recordsResponder(chain)),
    await respondFor('audit', parts, rows, { history: (account, from, to) => callHistory(log, account, from, to) }),
  ];
  return {
    checks: (head) => followingChecks(rows.projectors, head),
    keepers: [rows.keeper],
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await rows.close();
    },
  };
}
