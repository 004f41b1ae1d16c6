// The protocol's reference (npm run reference): true to the schemas, and an AsyncAPI document that tools can read.

import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { createReference, FOLDER } from '../../scripts/reference.ts';
import { read } from '../support/documents.ts';

const require = createRequire(import.meta.url);
const files = await createReference();
const api: unknown = JSON.parse(files['asyncapi.json'] ?? '');

test.each(Object.keys(files))('%s is what the schemas say now; if not, run npm run reference', (name) => {
  expect(read(`${FOLDER}/${name}`)).toBe(files[name]);
});

describe('the AsyncAPI document', () => {
  const validator = () => {
    const schema: unknown = require('@asyncapi/specs/schemas/3.0.0-without-$id.json');
    return new Ajv({ strict: false, logger: false, validateFormats: false }).compile(Object(schema));
  };

  test('is one of version 3.0.0', () => {
    const validate = validator();
    expect(validate(api) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...Object(api), channels: 1 })).toBe(false);
  });

  test('refers to nothing that it does not have', () => {
    const refs = [...JSON.stringify(api).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) expect([ref, resolve(ref)]).not.toEqual([ref, undefined]);
  });

  test.each([
    ['client.play', { event: 'play', data: { piece_indices: [0, 1] } }, true],
    ['client.play', { event: 'play', data: { indices: [0] }, id: 'a-1' }, true],
    ['client.play', { event: 'play', data: {} }, false],
    ['client.declare', { event: 'declare', data: { value: 9 } }, false],
    ['client.get_rooms', { event: 'get_rooms' }, true],
    ['server.pong', { event: 'pong', data: { timestamp: null, server_time: 1.7e9 }, seq: 3 }, true],
    ['server.pong', { event: 'pong', data: { server_time: 1.7e9 } }, false],
  ])('takes a frame of %s as the server does: %j is %s', (name, frame, isRight) => {
    const document = Object(api) as { components: { messages: Record<string, { payload: object }> } };
    const payload = document.components.messages[name]?.payload;
    const validate = new Ajv({ strict: false }).compile({ ...payload, components: document.components });
    expect(validate(frame)).toBe(isRight);
  });
});

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((found, key) => (Object(found) as Record<string, unknown>)[key], api);
}
