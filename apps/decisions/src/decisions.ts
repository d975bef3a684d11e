import { Decisions, deciding, Inquiries } from '@muniment/decisions';
import { inquiriesPrefix, inquiryAnswers, openInquiryDoor, promptProjections } from '@muniment/hosting';
import { followingChecks, LocalRows, noSealer, type Parts, respondFor, type Serving } from '@muniment/hosting/services';
import { authorizationAnswers, demandedPosition, Json, positionHeader, randomIds, sourcesFor } from '@muniment/runtime';

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
  const further = authorizationAnswers(decisions, reached, (position) => local.holds(position));
  const inquiries = new Inquiries(decisions);
  const { bus, configuration, logger } = parts;
  const answers = inquiryAnswers({
    inquiries,
    partition: configuration.partition,
    reached,
    unexpected: (error) => logger.error({ err: error }, 'a question could not be decided'),
  });
  const door = await openInquiryDoor(configuration, answers);
  if (door) process.stdout.write(`muniment decisions answers questions at ${door.url}\n`);
  const wordOf = (subject: string) => subject.slice(inquiriesPrefix.length + 1);
  const stopAnswering = configuration.decisionsBus
    ? await bus.respond(inquiriesPrefix, async (subject, asked, headers) => {
        const position = demandedPosition(headers?.get(positionHeader));
        return new Json((await answers(wordOf(subject), asked, position)).body);
      })
    : undefined;
  const stopResponding = await respondFor('decisions', parts, local, {
    authorizer: decisions,
    decide: deciding(inquiries),
    further,
  });
  return {
    checks: (head) => followingChecks(local.projectors, head),
    keepers: [local.keeper],
    stop: async () => {
      await Promise.all([door?.close(), stopAnswering?.(), stopResponding()]);
      await local.close();
    },
  };
}
