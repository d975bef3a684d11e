import { Decisions, deciding, Inquiries } from '@muniment/decisions';
import { promptProjections } from '@muniment/hosting';
import { followingChecks, LocalRows, noSealer, type Parts, respondFor, type Serving } from '@muniment/hosting/services';
import { authorizationAnswers, randomIds, sourcesFor } from '@muniment/runtime';

const needed = ['directory', 'platform'];

/** Decides from rows of its own: neither the log nor Redis is asked for a decision. */
export async function serveDecisions(parts: Parts): Promise<Serving> {
  const projections = promptProjections.filter(({ name }) => needed.includes(name));
  const local = await LocalRows.open(parts, projections, {
    changed: (changes) => decisions.changed(changes),
    lost: () => decisions.lost(),
  });
  const from = sourcesFor({ rows: local.rows, sealer: noSealer, ids: randomIds }, '');
  const decisions = new Decisions({ from });
  await local.start();
  const reached = (position: number) => local.reached(position);
  const Authorize = authorizationAnswers(decisions, reached, (position) => local.holds(position));
  const inquiries = new Inquiries(decisions);
  const stopResponding = await respondFor('decisions', parts, local, {
    authorizer: decisions,
    decide: deciding(inquiries),
    further: { Authorize },
  });
  return {
    checks: (head) => followingChecks(local.projectors, head),
    keepers: [local.keeper],
    stop: async () => {
      await stopResponding();
      await local.close();
    },
  };
}
