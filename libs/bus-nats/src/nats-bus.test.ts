import { connect, headers } from '@nats-io/transport-node';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { busContract, eventually, Slowness, startNats } from '@muniment/testing';
import { BusUnavailable, LogUnavailable, MessageTooLarge } from '@muniment/runtime';
import { busesOn } from './buses.testing.js';
import { openNats } from './index.js';

const slowness = new Slowness();

let url = '';
const open = busesOn(() => url);

beforeAll(async () => {
  ({ url } = await startNats({ config: 'max_payload: 64KB' }));
});

busContract('nats', async () => {
  // Services and those who ask are different processes: here at least different connections.
  const bus = await open('contract');
  return { bus, close: () => bus.close() };
});

describe('bus over nats', () => {
  test('is asked from other processes', async () => {
    const [service, asker] = [await open('service'), await open('asker')];
    await service.respond('muniment.sts', async (subject, question) => ({ subject, question }));
    const question = { at: new Date(1_700_000_000_123), bytes: Buffer.from([0, 255]), absent: undefined };
    expect(await asker.request('muniment.sts.GetCallerIdentity', question)).toEqual({
      subject: 'muniment.sts.GetCallerIdentity',
      question: { at: question.at, bytes: question.bytes },
    });
  });

  test('headers of a question come with it, and none of one that has none', async () => {
    const service = await open('service');
    await service.respond('muniment.inquiries', async (_, __, given) => given?.get('x-muniment-position') ?? 'none');
    const raw = await connect({ servers: url });
    const position = headers();
    position.set('x-muniment-position', '17');
    const ask = async (options?: { headers: typeof position; timeout: number }) =>
      (await raw.request('muniment.inquiries.X', '{}', options)).json();
    expect(await ask({ headers: position, timeout: 1000 })).toBe('17');
    expect(await ask()).toBe('none');
    await raw.close();
  });

  test('that nobody listens is known at once', async () => {
    const bus = await open('asker');
    const start = performance.now();
    const error = await bus.request('muniment.nobody.X', {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BusUnavailable);
    expect(performance.now() - start).toBeLessThan(slowness.bound(500));
  });

  test.each([
    ['a failure inside', new Error('secret of the inside'), Error],
    ['something that is away', new LogUnavailable('secret of the inside'), BusUnavailable],
  ])('%s is told without its text', async (_, failure, kind) => {
    const heard: Error[] = [];
    const [service, asker] = [await open('service', { onError: (error) => heard.push(error) }), await open('asker')];
    await service.respond('muniment.sts', () => Promise.reject(failure));
    const error = await asker.request('muniment.sts.X', {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    expect(error instanceof BusUnavailable).toBe(kind === BusUnavailable);
    expect(String(error)).not.toContain('secret');
    expect(heard.map(({ cause }) => cause)).toEqual(kind === BusUnavailable ? [] : [failure]);
  });

  test('messages that are too large are refused by name, both ways', async () => {
    const [service, asker] = [await open('service', { onError: () => undefined }), await open('asker')];
    let asked = 0;
    await service.respond('muniment.audit', async (_, size: number) => {
      asked++;
      return 'x'.repeat(size);
    });
    const question = asker.request('muniment.audit.Deliver', 'x'.repeat(70_000));
    await expect(question).rejects.toBeInstanceOf(MessageTooLarge);
    expect(asked).toBe(0);
    await expect(asker.request('muniment.audit.Deliver', 70_000)).rejects.toBeInstanceOf(MessageTooLarge);
    expect(asked).toBe(1);
    // What just fits is carried: 65,536 bytes with the quotation marks.
    expect(await asker.request('muniment.audit.Deliver', 65_534)).toHaveLength(65_534);
    await expect(asker.request('muniment.audit.Deliver', 65_535)).rejects.toBeInstanceOf(MessageTooLarge);
    asker.publish('muniment.hints.large', 'x'.repeat(70_000));
    expect(asker.figures.hintsLost).toBe(1);
    expect(asker.state.name).toBe('connected');
  });

  test('what cannot be sent is refused where it is sent, or told as a failure', async () => {
    const [service, asker] = [await open('service', { onError: () => undefined }), await open('asker')];
    await service.respond('muniment.sts', async () => new Map());
    await expect(asker.request('muniment.sts.X', { n: Number.NaN })).rejects.toThrow('cannot be sent: `NaN`');
    await expect(asker.request('muniment.sts.X', {})).rejects.toThrow('`muniment.sts.X` failed: the service failed');
  });

  test('bytes that are no message harm nobody', async () => {
    const heard: Error[] = [];
    const [service, asker] = [await open('service', { onError: (error) => heard.push(error) }), await open('asker')];
    const raw = await connect({ servers: [url] });
    await service.respond('muniment.sts', async (_, question) => question);
    service.subscribe('muniment.hints.appended', () => undefined);
    // Its answer comes behind its subscription: the server knows of it then.
    expect(await asker.request('muniment.sts.X', 0)).toBe(0);
    raw.publish('muniment.hints.appended', Uint8Array.of(0xc1, 0xff));
    const refused = await raw.request('muniment.sts.X', '{"half": ');
    expect(refused.headers?.get('Nats-Service-Error-Code')).toBe('400');
    expect((await raw.request('muniment.sts.X', '{"whole":true}')).string()).toBe('{"whole":true}');
    raw.subscribe('muniment.bad.*', { callback: (_, msg) => void msg.respond(Uint8Array.of(1, 0xff)) });
    await raw.flush();
    await expect(asker.request('muniment.bad.X', {})).rejects.toThrow('the answer on `muniment.bad.X` cannot be read');
    expect(await asker.request('muniment.sts.X', 1)).toBe(1);
    expect(heard.map(String)).toEqual([
      expect.stringContaining('a hint on `muniment.hints.appended` cannot be read'),
      expect.stringContaining('the answer to `muniment.sts.X` failed'),
    ]);
    await raw.close();
  });

  test('an answer that waits while this process stands still is not late', async () => {
    const [service, asker] = [await open('service'), await open('asker')];
    await service.respond('muniment.sts', async () => 'in time');
    // As long as the time that is given back: in it the service, which stood still as well, has to answer.
    const answer = asker.request('muniment.sts.X', {}, { milliseconds: 700 });
    await eventually(() => expect(asker.figures.waiting).toBe(1));
    for (const end = performance.now() + 1500; performance.now() < end; );
    expect(await answer).toBe('in time');
    expect(asker.state.name).toBe('connected');
    expect(asker.figures.outages).toBe(0);
  });

  test('nothing is lost when one of two services stops at 200 requests a second', async () => {
    const [first, second, asker] = [await open('first'), await open('second'), await open('asker')];
    const served = { first: 0, second: 0 };
    const serve = (who: 'first' | 'second') => async (_: string, n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      served[who]++;
      return n;
    };
    await first.respond('muniment.directory', serve('first'));
    await second.respond('muniment.directory', serve('second'));
    const answers: Promise<number>[] = [];
    for (let n = 0; n < 200; n++) {
      answers.push(asker.request<number, number>('muniment.directory.GetUser', n));
      if (n === 100) void first.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await Promise.all(answers)).toEqual(answers.map((_, n) => n));
    expect(first.state.name).toBe('closed');
    expect(served.first).toBeGreaterThan(10);
    expect(served.second).toBeGreaterThan(90);
  });

  test('a service that closes may still ask for what it needs to answer', async () => {
    const [service, other, asker] = [await open('service'), await open('other'), await open('asker')];
    await other.respond('muniment.decisions', async () => 'allowed');
    let reached = false;
    await service.respond('muniment.directory', async () => {
      reached = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return service.request('muniment.decisions.Authorize', {});
    });
    const answer = asker.request('muniment.directory.X', {});
    await eventually(() => expect(reached).toBe(true));
    await service.close();
    expect(await answer).toBe('allowed');
  });

  test('a server that was never there is waited for', async () => {
    const bus = await openNats({ url: 'nats://127.0.0.1:1', name: 'early' });
    expect(bus.state).toEqual({
      name: 'reconnecting',
      since: expect.any(Date),
      reason: expect.stringContaining('connection refused'),
    });
    const stop = await bus.respond('muniment.sts', async () => 1);
    await expect(bus.request('muniment.sts.X', {})).rejects.toBeInstanceOf(BusUnavailable);
    await stop();
    await bus.close();
    expect(bus.state.name).toBe('closed');
  });
});
