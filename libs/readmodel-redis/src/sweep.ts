import type { Connection } from './connection.js';
import { suffixes } from './layout.js';

const accountsAtOnce = 200;

/** Removes rows that no projection points at any more, piece by piece; what is left over is removed the next time. */
export async function sweep(connection: Connection, garbage: string, within: number): Promise<void> {
  for (const rows of await connection.run((redis) => redis.smembers(garbage), within)) {
    const models = await connection.run((redis) => redis.hgetall(rows + suffixes.models), within);
    for (const [model, indexes] of Object.entries(models)) {
      await sweepModel(connection, rows, model, JSON.parse(indexes) as string[], within);
    }
    await connection.run((redis) => redis.unlink(rows + suffixes.models), within);
    await connection.run((redis) => redis.srem(garbage, rows), within);
  }
}

async function sweepModel(
  connection: Connection,
  rows: string,
  model: string,
  indexes: readonly string[],
  within: number,
): Promise<void> {
  const accounts = rows + suffixes.accounts(model);
  const kinds = [
    suffixes.rows(model, ''),
    suffixes.keys(model, ''),
    suffixes.ids(model, ''),
    ...indexes.map((index) => suffixes.filed(model, '', index)),
  ].map((kind) => Buffer.from(rows + kind));
  for (;;) {
    const some = await connection.run((redis) => redis.zrangeBuffer(accounts, 0, `${accountsAtOnce - 1}`), within);
    if (some.length === 0) break;
    const keys = some.flatMap((account) => kinds.map((kind) => Buffer.concat([kind, account])));
    await connection.run((redis) => redis.unlink(...keys), within);
    await connection.run((redis) => redis.zrem(accounts, ...some), within);
  }
  await connection.run((redis) => redis.unlink(rows + suffixes.anywhere(model)), within);
}
