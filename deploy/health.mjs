/** node deploy/health.mjs /livez|/readyz: ends with 0 when this container's server answers 200; the image has no curl. */
const url = `http://127.0.0.1:${process.env['MUNIMENT_PORT'] || 4566}${process.argv[2] ?? '/livez'}`;
const answer = await fetch(url, { signal: AbortSignal.timeout(4000) }).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
