/** A real EventStoreDB for the tests, where a Docker engine runs and none is named; there is no package of it. */
import { spawnSync } from 'node:child_process';

const image = 'kurrentplatform/kurrentdb:26.1.2';
const port = 2113;

const dockerRuns = () => spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5000 }).status === 0;

/** Sets MUNIMENT_TEST_EVENTSTOREDB_URL; answers how to stop what was started. */
export async function startEventStore() {
  if (process.env.MUNIMENT_TEST_EVENTSTOREDB_URL || !dockerRuns()) return async () => undefined;
  try {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = await new GenericContainer(image)
      .withEnvironment({ KURRENTDB_INSECURE: 'true', KURRENTDB_MEM_DB: 'true' })
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forHttp('/health/live', port).forStatusCodeMatching((status) => status < 300))
      .start();
    const url = `kurrentdb://${container.getHost()}:${container.getMappedPort(port)}?tls=false`;
    process.env.MUNIMENT_TEST_EVENTSTOREDB_URL = url;
    console.log(`the event log is also tested on a real server: ${image}`);
    return () => container.stop();
  } catch (error) {
    // The double of its protocol judges the adapter then, as on machines without Docker.
    console.log(`no real EventStoreDB for the tests: ${error instanceof Error ? error.message : String(error)}`);
    return async () => undefined;
  }
}
