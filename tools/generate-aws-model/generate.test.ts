import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import type { Operation, Service, Shape } from '@muniment/aws-model';
import * as factories from '@muniment/aws-model/factories';
import { writeModule } from './module.mjs';
import { services } from './services.mjs';
import { printModel } from './source.mjs';

const ROOT = fileURLToPath(new URL('../../libs/aws-model/', import.meta.url));
const sourceOf = (id: string) => JSON.parse(readFileSync(join(ROOT, 'source', `${id}.json`), 'utf8'));

/** What these tests read of a generated module. */
interface Written {
  readonly service: Service;
  readonly [name: string]: unknown;
}

/** Runs a generated module without writing it. */
function evaluate(text: string): Written {
  const { code } = transformSync(text, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const exports = {};
  runInThisContext(`(exports, require) => {${code}\n}`)(exports, () => factories);
  return exports as Written;
}

/** Visits every shape that an operation reaches: a reference to nothing would throw. */
function reach(shape: Shape, seen: Set<unknown>): void {
  if (seen.has(shape)) return;
  expect(typeof shape.kind).toBe('string');
  seen.add(shape);
  if (shape.kind === 'structure') for (const member of shape.members) reach(member.shape, seen);
  if (shape.kind === 'list') reach(shape.member, seen);
  if (shape.kind === 'map') [shape.key, shape.value].forEach((of) => reach(of, seen));
}

describe.each(services)('$id', (service) => {
  const source = sourceOf(service.id);
  const text = writeModule(service, source);
  const written = evaluate(text);

  test('every operation of the model is exported under its name, and all its shapes can be reached', () => {
    const names = Object.keys(source.operations);
    expect(Object.keys(written.service.operations)).toEqual(names);
    for (const name of names) {
      const { input, output, errors } = written[name] as Operation;
      for (const shape of [input, output, ...errors.map((error) => error.shape)]) reach(shape, new Set());
    }
  });

  test("the source keeps no prose, unless it is Muniment's own", () => {
    const prose = /"documentation":"|"deprecatedMessage":"|<p>/.test(JSON.stringify(source));
    expect(prose).toBe(source.origin === 'Muniment');
  });

  test('the source is printed the way it is kept', () => {
    expect(printModel(source)).toBe(readFileSync(join(ROOT, 'source', `${service.id}.json`), 'utf8'));
  });
});

test.each(services.filter((service) => service.module))('$id: what is committed is what is generated', (service) => {
  const committed = readFileSync(join(ROOT, 'src', `${service.id}.gen.ts`), 'utf8');
  expect(committed).toBe(writeModule(service, sourceOf(service.id)));
});

describe('what models differ in', () => {
  const written = (id: string): Service => {
    const service = services.find((one) => one.id === id)!;
    return evaluate(writeModule(service, sourceOf(id))).service;
  };
  const errorOf = (operation: Operation, code: string) => operation.errors.find((error) => error.code === code)!;

  test('Query: names, limits, wrapper, paging and the codes on the wire', () => {
    const service = written('iam');
    const { CreateUser, ListUsers } = service.operations as Record<string, Operation>;
    expect(service).toMatchObject({ protocol: 'query', apiVersion: '2010-05-08', signingName: 'iam', global: true });
    expect(CreateUser!.resultWrapper).toBe('CreateUserResult');
    expect(CreateUser!.input.members[1]).toMatchObject({
      name: 'UserName',
      required: true,
      shape: { kind: 'string', min: 1, max: 64, pattern: '[\\w+=,.@-]+' },
    });
    expect(errorOf(CreateUser!, 'NoSuchEntity')).toMatchObject({
      status: 404,
      senderFault: true,
      shape: { name: 'NoSuchEntityException' },
    });
    expect(ListUsers!.pagination).toEqual({
      input: ['Marker'],
      output: ['Marker'],
      limit: 'MaxItems',
      more: 'IsTruncated',
      results: ['Users'],
    });
  });

  test('unsigned operations are marked (requirements-4 API-12)', () => {
    const unsigned = Object.values(written('sts').operations).filter((operation) => operation.unsigned);
    expect(unsigned.map(({ name }) => name)).toEqual(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);
  });

  test('JSON 1.1: target prefix and version', () => {
    expect(written('organizations')).toMatchObject({
      protocol: 'json',
      jsonVersion: '1.1',
      targetPrefix: 'AWSOrganizationsV20161128',
    });
  });

  test('REST-JSON: method, path, status, locations, unions and faults of the server', () => {
    const service = written('accessanalyzer');
    const { GetAnalyzer, CreateAccessPreview } = service.operations as Record<string, Operation>;
    expect(service).toMatchObject({ protocol: 'rest-json', signingName: 'access-analyzer' });
    expect(GetAnalyzer!.http).toEqual({ method: 'GET', path: '/analyzer/{analyzerName}', status: 200 });
    expect(GetAnalyzer!.input.members[0]).toMatchObject({ location: 'uri', wireName: 'analyzerName', required: true });
    const configurations = CreateAccessPreview!.input.members.find(({ name }) => name === 'configurations')!.shape;
    expect(configurations).toMatchObject({ kind: 'map', value: { kind: 'structure', union: true } });
    const broken = errorOf(CreateAccessPreview!, 'InternalServerException');
    expect(broken).toMatchObject({ status: 500, senderFault: false });
    expect(broken.shape.members[1]).toMatchObject({ location: 'header', wireName: 'Retry-After' });
  });
});

test('a name that two things claim is refused', () => {
  const model = sourceOf('sts');
  model.shapes.AssumeRole = { type: 'structure', members: {} };
  model.shapes.AssumeRoleRequest.members.Extra = { shape: 'AssumeRole' };
  expect(() => writeModule(services[1], model)).toThrow('`AssumeRole` would name both operation AssumeRole');
});
