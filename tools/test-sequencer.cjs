/**
 * The order of a run: what waits long comes first, so that nothing is left alone at the end. Jest knows durations only from an
 * earlier run, and a fresh clone has none; then it goes by the size of the files.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

/** From the longest. */
const slow = [
  'apps/conformance/src/terraform.test.ts',
  'apps/conformance/src/terraform-endpoints.test.ts',
  'apps/conformance/src/audit.test.ts',
  'apps/conformance/src/aws-cli.test.ts',
  'apps/conformance/src/durability.test.ts',
  'libs/bus-nats/src/outages.test.ts',
  'libs/eventlog-eventstoredb/src/hints.test.ts',
  'libs/eventlog-eventstoredb/src/event-store-log.test.ts',
  'apps/simulation/src/command-history.test.ts',
  'apps/conformance/src/enforcement.test.ts',
  'apps/cli/src/data-directory.test.ts',
  'apps/simulation/src/schedules.test.ts',
  'libs/aws-wire/src/round-trip.test.ts',
  'libs/eventlog-eventstoredb/src/positions.test.ts',
  'libs/eventlog-eventstoredb/src/outages.test.ts',
];

const rank = ({ path }) => {
  const index = slow.findIndex((name) => path.endsWith(`/${name}`));
  return index === -1 ? slow.length : index;
};

module.exports = class extends Sequencer {
  async sort(tests) {
    const usual = await super.sort(tests);
    return [...usual].sort((one, other) => rank(one) - rank(other));
  }
};
