/** Requests as a codec gets them. */
import type { WireRequest } from './protocol.js';

export const post = (body: string, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  body: Buffer.from(body),
  ...more,
});

export const get = (path: string, query = '', more: Partial<WireRequest> = {}): WireRequest =>
  post('', { method: 'GET', path, query, ...more });
