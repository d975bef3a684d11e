import { run } from '@muniment/hosting/services';
import { serveDirectory } from './directory.js';

await run('directory', serveDirectory);
