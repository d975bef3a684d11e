import { run } from '@muniment/hosting/services';
import { serveSts } from './sts.js';

await run('sts', serveSts);
