import { run } from '@muniment/hosting/services';
import { serveDecisions } from './decisions.js';

await run('decisions', serveDecisions);
