/** Method and path → operation, for REST services; the labels of the path on the way. */
import type { Operation, Service } from '@muniment/aws-model';
import { Malformed, type WireRequest } from './protocol.js';

interface Segment {
  readonly literal?: string;
  readonly label?: string;
  readonly greedy?: boolean;
}

interface Route {
  readonly operation: Operation;
  readonly segments: readonly Segment[];
  /** Query parameters that the template fixes. */
  readonly fixed: readonly string[];
}

const LABEL = /^\{(.+?)(\+)?\}$/;

function segmentOf(text: string): Segment {
  const label = LABEL.exec(text);
  return label ? { label: label[1]!, greedy: label[2] !== undefined } : { literal: text };
}

const parts = (path: string) => path.split('/').slice(1);

function routeOf(operation: Operation): Route {
  const [path = '', query = ''] = operation.http.path.split('?');
  return { operation, segments: parts(path).map(segmentOf), fixed: query.split('&').filter(Boolean) };
}

/** More literals first, so that `/a/list` is not taken for `/a/{name}`; a greedy label last. */
function weight({ segments, fixed }: Route): number {
  const literals = segments.filter(({ literal }) => literal !== undefined).length;
  const greedy = segments.some((segment) => segment.greedy) ? 1 : 0;
  return (literals + fixed.length) * 2 - greedy;
}

const tables = new WeakMap<Service, ReadonlyMap<string, readonly Route[]>>();

function routesOf(service: Service): ReadonlyMap<string, readonly Route[]> {
  const known = tables.get(service);
  if (known) return known;
  const routes = Object.values(service.operations)
    .map(routeOf)
    .sort((a, b) => weight(b) - weight(a));
  const table = new Map<string, Route[]>();
  for (const route of routes) {
    const { method } = route.operation.http;
    table.set(method, [...(table.get(method) ?? []), route]);
  }
  tables.set(service, table);
  return table;
}

/** The labels of a path that fits; undefined if it does not. */
function labelsOf(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let at = 0;
  for (const [index, { literal, label, greedy }] of segments.entries()) {
    const after = segments.length - index - 1;
    const end = greedy ? path.length - after : at + 1;
    if (end <= at || end > path.length) return undefined;
    const found = path.slice(at, end).join('/');
    if (literal !== undefined && literal !== found) return undefined;
    if (label !== undefined) {
      if (found === '') return undefined;
      labels[label] = found;
    }
    at = end;
  }
  return at === path.length ? labels : undefined;
}

export interface Routed {
  readonly operation: Operation;
  /** Still percent-encoded. */
  readonly labels: Readonly<Record<string, string>>;
}

export function route(service: Service, request: WireRequest): Routed | undefined {
  const path = parts(request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path);
  const query = request.query.split('&');
  for (const { operation, segments, fixed } of routesOf(service).get(request.method) ?? []) {
    const labels = labelsOf(segments, path);
    const fits = labels && fixed.every((part) => query.includes(part) || query.includes(`${part}=`));
    if (fits) return { operation, labels };
  }
  return undefined;
}

/** The labels that the template of one operation finds in the request's path. */
export function pathLabels(operation: Operation, request: WireRequest): Readonly<Record<string, string>> {
  const labels = labelsOf(routeOf(operation).segments, parts(request.path));
  if (!labels) throw new Malformed('the path does not fit the operation');
  return labels;
}

export function unescapeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Malformed('the path contains a syntax error');
  }
}
