import { Installation } from './installation.js';
import { Platform, type PlatformOptions } from './platform.js';
import { type Population, seedUsers } from './seed.js';
import { ServerProcess } from './server-process.js';

/** Runs `use` on an installation that is removed afterwards, come what may. */
export async function withInstallation<Result>(
  accounts: number,
  use: (installation: Installation) => Promise<Result>,
): Promise<Result> {
  const installation = new Installation(accounts);
  try {
    return await use(installation);
  } finally {
    installation.remove();
  }
}

/** Runs `use` against a server that is stopped afterwards, come what may. */
export async function withServer<Result>(
  installation: Installation,
  use: (server: ServerProcess) => Promise<Result>,
  profile?: string,
): Promise<Result> {
  const server = await ServerProcess.start(installation, profile);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Runs `use` against the distributed form, which is stopped afterwards, come what may. */
export async function withPlatform<Result>(
  installation: Installation,
  options: PlatformOptions,
  use: (platform: Platform) => Promise<Result>,
): Promise<Result> {
  const platform = await Platform.start(installation, options);
  try {
    return await use(platform);
  } finally {
    await platform.stop();
  }
}

/** A first start makes keys and accounts; then the users are written while nobody serves. */
export async function seed(installation: Installation, populations: readonly Population[]): Promise<void> {
  await withServer(installation, () => Promise.resolve());
  await seedUsers(installation.eventLog, populations);
}
