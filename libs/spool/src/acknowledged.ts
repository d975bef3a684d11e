import { open, readFile, rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Everything before this place was delivered. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
}

const nowhere: Place = { segment: 0, offset: 0 };

/** What the file says; the very start when there is none, or one that is damaged: then all is delivered again. */
export async function readPlace(path: string): Promise<Place> {
  try {
    const [place = '', checksum] = (await readFile(path, 'utf8')).split('\n');
    return crc32(place) === Number(checksum) ? (JSON.parse(place) as Place) : nowhere;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nowhere;
    throw error;
  }
}

/** In one step: who opens the file finds the old place or the new one. */
export async function writePlace(path: string, { segment, offset }: Place): Promise<void> {
  const text = JSON.stringify({ segment, offset });
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${text}\n${crc32(text)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
