import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aHttp, type Double } from './doubles.ts';

let double: Double;
beforeAll(() => {
  double = aHttp();
});
afterAll(async () => {
  await double.http.close();
});

it('/openapi.json is a valid document of OpenAPI 3.1 whose references lead somewhere', async () => {
  const document = (await double.http.inject('/openapi.json')).json();
  const validator = new Validator();
  const result = await validator.validate(document);
  expect([result.errors, result.valid, validator.version]).toEqual([undefined, true, '3.1']);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(references.length).toBeGreaterThan(10);
  for (const path of new Set(references)) {
    let at: unknown = document;
    for (const key of path.split('/')) at = (at as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/')];
    expect([path, typeof at]).toEqual([path, 'object']);
  }
});

it('the validator tells a document that is not valid', async () => {
  const document = (await double.http.inject('/openapi.json')).json();
  document.paths['/health'].get.responses = { ok: {} };
  expect((await new Validator().validate(document)).valid).toBe(false);
});
