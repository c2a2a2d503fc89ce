import { FormatRegistry, type TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { AnswerSchema } from '../../src/analysis/answer-schemas.ts';

FormatRegistry.Set('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text));
FormatRegistry.Set('uuid', (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text));

/** Objects hold what their schema names and nothing else. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: Record<PropertyKey, unknown> = {};
  for (const key of Reflect.ownKeys(schema)) copy[key] = closed((schema as Record<PropertyKey, unknown>)[key]);
  return ('properties' in copy && copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy) as T;
}
const BY_KIND = new Map(
  (closed(AnswerSchema)['anyOf'] as TSchema[]).map((schema) => [
    schema['properties'].kind.const as string,
    TypeCompiler.Compile(schema),
  ]),
);

/** @throws when an answer is not what the OpenAPI document says, to the last field */
export function checkAnswer(answer: { readonly kind: string }): void {
  const schema = BY_KIND.get(answer.kind);
  if (schema === undefined) throw new Error(`There is no schema for answers to ${answer.kind}.`);
  const sent: unknown = JSON.parse(JSON.stringify(answer));
  if (schema.Check(sent)) return;
  const fault = schema.Errors(sent).First()!;
  throw new Error(`${answer.kind}${fault.path}: ${fault.message}, not ${JSON.stringify(fault.value)}`);
}
