import { describe, expect, test } from '@jest/globals';
import type { HttpBinding, Operation, Service, Structure } from '@muniment/aws-model';
import {
  blob,
  boolean,
  error,
  integer,
  list,
  map,
  noMembers,
  operation,
  optional,
  required,
  string,
  structure,
  timestamp,
} from '@muniment/aws-model/factories';
import { operationOf, protocolOf, serviceOf } from './index.js';
import { get, post } from './requests.testing.js';

const text = string('Text');
const texts = list('Texts', () => text);

const op = (name: string, http: HttpBinding, input: Structure = noMembers, output: Structure = noMembers): Operation =>
  operation({ name, service: 'books', input, output, errors: [busy], http });

const busy = error('BusyException', 503, {
  members: () => ({ message: text, retry: optional(integer('I'), RETRY), who: text }),
});
const RETRY = { location: 'header', wireName: 'Retry-After' } as const;

const GetBook = op(
  'GetBook',
  { method: 'GET', path: '/books/{id}', status: 200 },
  structure('GetBookRequest', () => ({
    Id: required(text, { location: 'uri', wireName: 'id' }),
    Since: optional(timestamp('At'), { location: 'querystring', wireName: 'since' }),
    Full: optional(boolean('B'), { location: 'querystring', wireName: 'full' }),
    Fields: optional(texts, { location: 'querystring', wireName: 'field' }),
    Seen: optional(timestamp('At'), { location: 'header', wireName: 'If-Modified-Since' }),
    Meta: optional(
      map(
        'Meta',
        () => text,
        () => text,
      ),
      { location: 'headers', wireName: 'x-meta-' },
    ),
  })),
  structure('GetBookResponse', () => ({
    Status: optional(integer('I'), { location: 'statusCode' }),
    Tag: optional(text, { location: 'header', wireName: 'ETag' }),
    Changed: optional(timestamp('At'), { location: 'header', wireName: 'Last-Modified' }),
    Title: optional(text, { wireName: 'title' }),
  })),
);
const ListBooks = op('ListBooks', { method: 'GET', path: '/books/all', status: 200 });
const GetPage = op(
  'GetPage',
  { method: 'GET', path: '/files/{path+}', status: 200 },
  structure('GetPageRequest', () => ({ Path: required(text, { location: 'uri', wireName: 'path' }) })),
);
const Search = op(
  'Search',
  { method: 'GET', path: '/books?mode=search', status: 200 },
  structure('SearchRequest', () => ({
    All: optional(
      map(
        'All',
        () => text,
        () => text,
      ),
      { location: 'querystring' },
    ),
  })),
);
const PutBook = op(
  'PutBook',
  { method: 'PUT', path: '/books', status: 201 },
  structure('PutBookRequest', () => ({ Title: required(text, { wireName: 'title' }), Pages: integer('I') })),
  structure('PutBookResponse', () => ({ At: timestamp('At') })),
);
const PutCover = op(
  'PutCover',
  { method: 'PUT', path: '/books/{id}/cover', status: 204 },
  structure('PutCoverRequest', () => ({ Id: required(text, { location: 'uri', wireName: 'id' }), Image: blob('X') }), {
    payload: 'Image',
  }),
  structure('PutCoverResponse', () => ({ Image: blob('X') }), { payload: 'Image' }),
);

const service: Service = {
  id: 'books',
  serviceId: 'Books',
  apiVersion: '2020-01-01',
  protocol: 'rest-json',
  signingName: 'books',
  endpointPrefix: 'books',
  global: false,
  operations: { GetBook, ListBooks, GetPage, Search, PutBook, PutCover },
};
const protocol = protocolOf(service);

describe('which operation', () => {
  test.each([
    ['GET', '/books/42', '', GetBook],
    ['GET', '/books/all', '', ListBooks],
    ['GET', '/books/arn%3Aaws%3Aa%2Fb', '', GetBook],
    ['GET', '/files/a/b/c', '', GetPage],
    ['GET', '/books', 'mode=search&x=1', Search],
    ['PUT', '/books', '', PutBook],
    ['PUT', '/books/', '', PutBook],
  ])('%s %s?%s', (method, path, query, expected) => {
    const request = { ...get(path, query), method };
    expect(operationOf(service, request)).toBe(expected);
    expect(serviceOf([service], request)).toBe(service);
  });

  test.each([
    ['GET', '/books'],
    ['POST', '/books/42'],
    ['GET', '/books/42/more'],
    ['GET', '/files'],
    ['GET', '/'],
  ])('%s %s is none', (method, path) => {
    expect(operationOf(service, { ...get(path), method })).toMatchObject({ code: 'InvalidAction' });
  });
});

describe('the input', () => {
  test('comes from path, query string and headers', () => {
    const request = get('/books/a%2Fb%20c', 'since=2020-01-01T00%3A00%3A00Z&full=true&field=a&field=b.c', {
      headers: { 'if-modified-since': 'Wed, 01 Jan 2020 00:00:00 GMT', 'x-meta-colour': 'red' },
    });
    expect(protocol.decode(GetBook, request)).toEqual({
      ok: true,
      input: {
        Id: 'a/b c',
        Since: new Date('2020-01-01T00:00:00Z'),
        Full: true,
        Fields: ['a', 'b.c'],
        Seen: new Date('2020-01-01T00:00:00Z'),
        Meta: { colour: 'red' },
      },
    });
    expect(protocol.decode(GetPage, get('/files/a/b%20c'))).toEqual({ ok: true, input: { Path: 'a/b c' } });
    expect(protocol.decode(Search, get('/books', 'mode=search&a=1'))).toEqual({
      ok: true,
      input: { All: { mode: 'search', a: '1' } },
    });
  });

  test('comes from the body', () => {
    const request = { ...post('{"title":"Emma","Pages":7}'), method: 'PUT', path: '/books' };
    expect(protocol.decode(PutBook, request)).toEqual({ ok: true, input: { Title: 'Emma', Pages: 7 } });
  });

  test('may be the body', () => {
    const request = { ...post('\u0001'), method: 'PUT', path: '/books/1/cover' };
    expect(protocol.decode(PutCover, request)).toEqual({ ok: true, input: { Id: '1', Image: Buffer.from([1]) } });
  });

  test.each([
    ['/books/%zz', '', 'the path contains a syntax error'],
    ['/books/1', 'full=maybe', 'not a valid boolean: `maybe`'],
    ['/books/1', 'since=never', 'not a valid timestamp: `never`'],
  ])('%s?%s does not fit', (path, query, message) => {
    expect(protocol.decode(GetBook, get(path, query))).toMatchObject({ ok: false, fault: { message } });
  });
});

describe('the output', () => {
  test('goes into status, headers and body', () => {
    const output = { Status: 206, Tag: '"x"', Changed: new Date('2020-01-01T00:00:00Z'), Title: 'Emma' };
    expect(protocol.encode(GetBook, output, 'r-1')).toEqual({
      status: 206,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': 'r-1',
        etag: '"x"',
        'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT',
      },
      body: '{"title":"Emma"}',
    });
  });

  test('has the status of the binding, and may be the body', () => {
    expect(protocol.encode(PutBook, { At: new Date(1500) }, 'r-1')).toMatchObject({ status: 201, body: '{"At":1.5}' });
    expect(protocol.encode(PutCover, { Image: new Uint8Array([1]) }, 'r-1').body).toEqual(Buffer.from([1]));
  });
});

describe('a fault', () => {
  test('that is declared carries its members, some in headers', () => {
    const fault = { code: 'BusyException', message: 'later', details: { retry: 3, who: 'us' } };
    const { status, headers, body } = protocol.encodeFault(service, fault, 'r-1', GetBook);
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      'x-amzn-errortype': 'BusyException',
      'retry-after': '3',
      'x-amzn-requestid': 'r-1',
    });
    expect(JSON.parse(String(body))).toEqual({ message: 'later', who: 'us' });
  });

  test.each([
    ['InvalidAction', 'UnknownOperationException', 404],
    ['AccessDenied', 'AccessDeniedException', 403],
    ['Throttling', 'ThrottlingException', 429],
  ])('common to all services: %s', (code, type, status) => {
    const response = protocol.encodeFault(service, { code, message: 'no' }, 'r-1');
    expect([response.status, response.headers['x-amzn-errortype']]).toEqual([status, type]);
  });
});
