import { rmSync } from 'node:fs';

interface Running {
  readonly dataDirectory: string;
  /** Ends it at once, without waiting. */
  end(): void;
  stop(): Promise<void>;
}

const running = new Set<Running>();

export function register(server: Running): void {
  running.add(server);
}

export function unregister(server: Running): void {
  running.delete(server);
}

/** Stops every server that this process has started. */
export async function stopServers(): Promise<void> {
  await Promise.all(Array.from(running, (server) => server.stop()));
}

process.on('exit', () => {
  for (const server of running) {
    server.end();
    rmSync(server.dataDirectory, { recursive: true, force: true });
  }
});

// In a test file, whatever it starts ends with it; this module also serves where there is no Jest.
(globalThis as { afterAll?: (hook: () => Promise<void>) => void }).afterAll?.(stopServers);
