import { run } from '@muniment/hosting/services';
import { serveAudit } from './audit.js';

await run('audit', serveAudit);
