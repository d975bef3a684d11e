import { run } from '@muniment/hosting/services';
import { serveGateway } from './gateway.js';

await run('gateway', serveGateway);
