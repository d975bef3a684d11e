import { BlockList, isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contains, readAddress, readNetwork } from './addresses.js';
import { readBinary } from './binary.js';
import { readInstant } from './dates.js';
import { readNumber } from './numbers.js';

describe('numbers (ruling 25)', () => {
  test.each([
    ['5', 5],
    ['05', 5],
    ['+5', 5],
    ['-5.50', -5.5],
    ['1e3', 1000],
    ['1.5E-1', 0.15],
  ])('%s is %d', (text, expected) => {
    expect(readNumber(text)).toBe(expected);
  });

  test.each([
    '',
    ' 5',
    '5 ',
    '5.',
    '.5',
    '1e',
    '1e+',
    '1ex',
    '--1',
    '0x10',
    '1_000',
    '1,000',
    'Infinity',
    'NaN',
    '1e999',
    '٣',
  ])('%j is none', (text) => {
    expect(readNumber(text)).toBeUndefined();
  });

  test('every finite double is read as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(readNumber(String(number))).toBe(Number(String(number)));
      }),
    );
  });
});

describe('dates (ruling 26)', () => {
  test.each([
    ['2026', Date.UTC(2026, 0, 1)],
    ['2026-11', Date.UTC(2026, 10, 1)],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    ['2026-11-20T10:20Z', Date.UTC(2026, 10, 20, 10, 20)],
    ['2026-11-20T10:20:30Z', Date.UTC(2026, 10, 20, 10, 20, 30)],
    ['2026-11-20T10:20:30.25+01:30', Date.UTC(2026, 10, 20, 8, 50, 30, 250)],
    ['2026-11-20t10:20:30z', Date.UTC(2026, 10, 20, 10, 20, 30)],
    ['2026-11-20T10:20:30', Date.UTC(2026, 10, 20, 10, 20, 30)],
    // Seconds, though they have four characters, or a hyphen where that of a date would be.
    ['2.25', 2250],
    ['00.5', 500],
    ['2.5e-1', 250],
    ['1.25e-1', 125],
    ['2026-11-20T00:00Z', Date.UTC(2026, 10, 20)],
    ['2026-12-31T23:59:59Z', Date.UTC(2026, 11, 31, 23, 59, 59)],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2026-11-20T10:20+00:00', Date.UTC(2026, 10, 20, 10, 20)],
    ['2026-11-20T10:20-05:30', Date.UTC(2026, 10, 20, 15, 50)],
    ['2026-11-20T10:20+23:59', Date.UTC(2026, 10, 19, 10, 21)],
    ['0050-01-01', Date.parse('0050-01-01T00:00:00Z')],
    ['0000', Date.parse('0000-01-01T00:00:00Z')],
    ['-202', -202_000],
    ['1795170030', 1795170030_000],
    ['-5', -5000],
  ])('%s', (text, expected) => {
    expect(readInstant(text)).toBe(expected);
  });

  test.each([
    '',
    '2026-13',
    '2026-02-30',
    '2026-1-1',
    '2026-11-20T24:00Z',
    '2026-11-20T10:60Z',
    '2026-11-20T10Z',
    '2026-11-20T10:20:30+01',
    '2026-11-20T10:20:30.Z',
    '2026-11-20 10:20Z',
    '2026-11-20T10:20:30Zx',
    '2x26',
    '2x26-11',
    '2026-00',
    '2026-13-01',
    '2026-x1-01',
    '2026-11x20',
    '2026-11-00',
    '2026-11-x1',
    '2026-11-31',
    '2026-11-20Tx0:20Z',
    '2026-11-20T10x20Z',
    '2026-11-20T10:x0Z',
    '2026-11-20T10:20:x0Z',
    '2026-11-20T10:20:60Z',
    '2026-11-20T10:20X',
    '2026-11-20T10:20*01:00',
    '2026-11-20T10:20+01:000',
    '2026-11-20T10:20+01x00',
    '2026-11-20T10:20+x1:00',
    '2026-11-20T10:20+24:00',
    '2026-11-20T10:20+01:x0',
    '2026-11-20T10:20+01:60',
    'Fri, 20 Nov 2026 10:20:30 GMT',
    '2026/11/20',
    'tomorrow',
  ])('%j is none', (text) => {
    expect(readInstant(text)).toBeUndefined();
  });

  test('every date that JavaScript writes is read as itself', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (moment) => {
        expect(readInstant(moment.toISOString())).toBeCloseTo(moment.getTime(), 0);
      }),
    );
  });
});

describe('addresses and networks (ruling 37)', () => {
  test.each([
    '127.1',
    '1.2.3',
    '0x7f.0.0.1',
    '010.0.0.1',
    '1.2.3.256',
    '1.2.3.4.5',
    '1.2.3.',
    '',
    ' 1.2.3.4',
    '::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '1:2:3:4:5:6:7::8',
    '::1.2.3.4:5',
    '1g::',
    '1:2:3:4:5:6:7:',
    ':1:2:3:4:5:6:7',
    '1:::2',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('%j is no address', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });

  test.each<[string, 4 | 6, number[]]>([
    ['0.0.0.0', 4, [0]],
    ['1.2.3.4', 4, [0x01020304]],
    ['255.255.255.255', 4, [0xffffffff]],
    ['::', 6, [0, 0, 0, 0]],
    ['::0.0.0.0', 6, [0, 0, 0, 0]],
    ['::1.2.3.4', 6, [0, 0, 0, 0x01020304]],
    ['1:2:3:4:5:6:7:8', 6, [0x00010002, 0x00030004, 0x00050006, 0x00070008]],
    ['1:2:3:4:5:6:1.2.3.4', 6, [0x00010002, 0x00030004, 0x00050006, 0x01020304]],
    ['1:2::7:aBcD', 6, [0x00010002, 0, 0, 0x0007abcd]],
    ['::ffff:1.2.3.4', 4, [0x01020304]],
    ['::FFFF:102:304', 4, [0x01020304]],
    ['0000:0000:0000:0000:0000:ffff:255.255.255.255', 4, [0xffffffff]],
    ['1::ffff:1.2.3.4', 6, [0x00010000, 0, 0xffff, 0x01020304]],
    ['0:0:0:1::ffff:1.2.3.4', 6, [0, 1, 0xffff, 0x01020304]],
    ['::1:ffff:1.2.3.4', 6, [0, 0, 0x0001ffff, 0x01020304]],
  ])('%s is of family %d: %j', (text, family, words) => {
    expect(readAddress(text)).toEqual({ family, words });
  });

  test('accepts the IPv4 and IPv6 texts that node accepts, zones apart', () => {
    const part = fc.constantFrom('0', '1', '255', '256', '01', 'ff', 'FFFF', '10000', '', '1.2.3.4', 'g');
    const text = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 9 }), fc.constantFrom('.', ':'))
      .map(([parts, joint]) => parts.join(joint));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (address) => {
        expect(readAddress(address) !== undefined).toBe(isIP(address) !== 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('a v4-mapped address is its IPv4 address', () => {
    expect(readAddress('::ffff:203.0.113.7')).toEqual(readAddress('203.0.113.7'));
    expect(readNetwork('::ffff:203.0.113.0/120')).toEqual(readNetwork('203.0.113.0/24'));
    expect(readNetwork('::ffff:0:0/96')).toEqual(readNetwork('0.0.0.0/0'));
    expect(readNetwork('::ffff:0:0/95')?.address.family).toBe(6);
    expect(readNetwork('2001:db8::/96')?.address.family).toBe(6);
  });

  test.each([
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/a',
    '::/129',
    '1.2.3/8',
    '1.2.3.4/255.0.0.0',
    '/8',
    '1.2.3.4/8/9',
    '::/1000',
    '::/1a',
    '1::2::3/8',
  ])('%j is no network', (text) => {
    expect(readNetwork(text)).toBeUndefined();
  });

  test.each([
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.77/24', '203.0.113.1', true],
    ['203.0.113.0/24', '203.0.114.0', false],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '10.0.0.1', false],
    ['2001:DB8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['0.0.0.0/8', '0.1.2.3', true],
    ['0.0.0.0/8', '1.1.2.3', false],
    ['203.0.113.7/32', '203.0.113.7', true],
    ['203.0.113.7/32', '203.0.113.6', false],
    ['2001:db8::1', '2001:db8::2', false],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::/96', '2001:db8::1.2.3.4', true],
    ['2001:db8::/96', '2001:db8::1:0:0', false],
    ['::ffff:0:0/95', '::fffe:1.2.3.4', true],
  ])('%s holds %s: %s', (network, address, expected) => {
    const [base, one] = [readNetwork(network), readAddress(address)];
    expect(base !== undefined && one !== undefined && contains(base, one)).toBe(expected);
  });

  test('agrees with the block list of node (reliability-security S23)', () => {
    const family = fc.constantFrom(4, 6);
    fc.assert(
      fc.property(
        family.chain((version) =>
          fc.tuple(
            fc.constant(version),
            version === 4 ? fc.ipV4() : fc.ipV6(),
            version === 4 ? fc.ipV4() : fc.ipV6(),
            fc.nat(version === 4 ? 32 : 128),
          ),
        ),
        ([version, base, address, bits]) => {
          const list = new BlockList();
          const name = version === 4 ? 'ipv4' : 'ipv6';
          list.addSubnet(base, bits, name);
          const [network, one] = [readNetwork(`${base}/${bits}`), readAddress(address)];
          fc.pre(network !== undefined && one !== undefined && network.address.family === one.family);
          expect(network !== undefined && one !== undefined && contains(network, one)).toBe(list.check(address, name));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('binary', () => {
  test('reads the bytes that Buffer wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(readBinary(buffer.toString('base64'))).toBe(buffer.toString('latin1'));
      }),
    );
  });

  test.each(['a', 'ab', 'abc', 'ab=c', 'a===', '====', 'YQ', 'YQ==\n', 'Y_-='])('%j is not Base64', (text) => {
    expect(readBinary(text)).toBeUndefined();
  });
});
