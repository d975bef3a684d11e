import { run } from '@muniment/hosting/services';
import { serveCredentials } from './credentials.js';

await run('credentials', serveCredentials);
