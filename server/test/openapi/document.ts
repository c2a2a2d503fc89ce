/** The OpenAPI document of a running server, read for tests that are made from it. */
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
export interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters: readonly Parameter[];
            readonly requestBody?: { readonly content: Content };
            readonly responses: Operation['responses'];
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
      responses,
    })),
  );
}

export const resolve = (document: Document, schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined
    ? schema
    : resolve(document, document.components.schemas[schema.$ref.slice('#/components/schemas/'.length)]!);

/** Says what is wrong with an answer; by Ajv, which had no part in making the document. */
export function answerCheckerOf(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(document, 'openapi');
  const part = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
  return ({ method, path, responses }: Operation, status: number, type: string, text: string): string | undefined => {
    const documented = responses[status];
    if (documented === undefined) return `the status ${status} is not documented: ${text.slice(0, 300)}`;
    const [media = ''] = type.split(';');
    if (documented.content === undefined)
      return text === '' ? undefined : `a body that is not documented: ${text.slice(0, 300)}`;
    if (documented.content[media] === undefined) return `the media type ${media} is not documented for ${status}`;
    if (!/json$/.test(media)) return undefined;
    const value: unknown = JSON.parse(text);
    const at = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema'];
    const validate = ajv.compile({ $ref: `openapi#/${at.map(part).join('/')}` });
    if (!validate(value)) return `${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`;
    const code = status >= 400 ? (value as { code: string }).code : undefined;
    return code === undefined || documented.description.includes(`${code}:`)
      ? undefined
      : `the code ${code} is not documented for ${status}: ${text.slice(0, 300)}`;
  };
}
