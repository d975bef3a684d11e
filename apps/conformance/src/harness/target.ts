import { DistributedServer, isDistributed } from './distributed.js';
import { Server, type ServerOptions } from './server.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a suite talks to: a URL and the root users of two accounts. */
export interface Target {
  readonly url: string;
  readonly accountId: string;
  readonly root: Credentials;
  readonly other: { readonly accountId: string; readonly root: Credentials };
  dispose(): Promise<void>;
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`MUNIMENT_TEST_ENDPOINT is set, so ${name} must be too: the setting the server was given`);
  return value;
}

/** An installation that runs already, told by the very settings it was started with. */
function running(url: string): Target {
  const [accountId = '', accessKeyId = '', ...secret] = (setting('MUNIMENT_ACCOUNTS').split(',')[0] ?? '').split(':');
  return {
    url,
    accountId: setting('MUNIMENT_ACCOUNT_ID'),
    root: {
      accessKeyId: setting('MUNIMENT_ROOT_ACCESS_KEY_ID'),
      secretAccessKey: setting('MUNIMENT_ROOT_SECRET_ACCESS_KEY'),
    },
    other: { accountId, root: { accessKeyId, secretAccessKey: secret.join(':') } },
    dispose: async () => {},
  };
}

/** The installation at MUNIMENT_TEST_ENDPOINT, else a server of the suite's own. */
export async function target(): Promise<Target> {
  const url = process.env['MUNIMENT_TEST_ENDPOINT'];
  return url ? running(url) : ownServer();
}

/** A server that the suite may stop and look into, in the form that is tested. */
export const ownServer = (options: ServerOptions = {}): Promise<Server> =>
  isDistributed() ? DistributedServer.start(options) : Server.start(options);
