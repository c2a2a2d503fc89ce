// The OpenAPI document of the server → TypeScript types of what travels. Kept to what a client uses.
const PATHS = /^\/(auth|api\/(events|reports|groups|query|apps|shared)\b)/;

/** @returns the text of src/wire.ts */
export function wireTypesOf(document) {
  const { components, paths } = document;
  const printer = new Printer(components.schemas);
  const operations = Object.entries(paths)
    .filter(([path]) => PATHS.test(path))
    .flatMap(([, methods]) => Object.values(methods))
    .map((operation) => operationOf(operation, printer));
  const codes = components.schemas.Problem.properties.code.enum.map((code) => `  | '${code}'`);
  return `// Made by \`npm run wire\` from the server's OpenAPI document. Do not edit: a test compares.

export type ErrorCode =
${codes.join('\n')};

/** An answer that refuses (RFC 9457). */
export type Problem = ${printer.typeOf(components.schemas.Problem, 0).replace(/code: [^;]+;/, 'code: ErrorCode;')};
${printer.named(['Problem'])}
export interface Operations {
${operations.join('\n')}
}
`;
}

function operationOf({ operationId, summary, parameters, requestBody, responses }, printer) {
  const query = (parameters ?? []).filter((one) => one.in === 'query');
  const members = query.map(({ name, required, description, schema }) =>
    name.includes('.')
      ? `      /** ${description} */\n      readonly [property: \`data.\${string}\` | \`data[\${string}\`]: string | number | boolean | undefined;`
      : `      /** ${description} */\n      readonly ${name}${required ? '' : '?'}: ${printer.typeOf(schema, 3)}${required ? '' : ' | undefined'};`,
  );
  const body = jsonOf(requestBody?.content);
  const answers = Object.entries(responses)
    .filter(([status]) => status < 300)
    .map(([, { content }]) => (content ? printer.typeOf(jsonOf(content), 2) : 'undefined'));
  return `  /** ${summary} */
  ${operationId}: {
${query.length > 0 ? `    query: {\n${members.join('\n')}\n    };\n` : ''}${body ? `    body: ${printer.typeOf(body, 2)};\n` : ''}    answer: ${[...new Set(answers)].join(' | ')};
  };`;
}

const jsonOf = (content) => content?.['application/json'];

class Printer {
  #schemas;
  #used = new Set();

  constructor(schemas) {
    this.#schemas = schemas;
  }

  /** The schemas that were referred to, as types, without those given. */
  named(without) {
    const done = new Set(without);
    const texts = [];
    for (let left = this.#left(done); left.length > 0; left = this.#left(done))
      for (const name of left) {
        done.add(name);
        texts.push(`\nexport type ${name} = ${this.typeOf(this.#schemas[name], 0)};\n`);
      }
    return texts.join('');
  }

  #left(done) {
    return [...this.#used].filter((name) => !done.has(name)).sort();
  }

  typeOf(given, depth) {
    const schema = given?.schema ?? given;
    if (schema?.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1);
      this.#used.add(name);
      return name;
    }
    const union = schema?.anyOf ?? schema?.oneOf;
    if (union) return [...new Set(union.map((one) => this.#grouped(one, depth)))].join(' | ');
    if (schema?.allOf) return schema.allOf.map((one) => this.#grouped(one, depth)).join(' & ');
    if (schema && 'const' in schema) return quoted(schema.const);
    if (schema?.enum) return schema.enum.map(quoted).join(' | ');
    switch (schema?.type) {
      case 'string':
        return 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'null':
        return 'null';
      case 'array':
        return this.#arrayOf(schema, depth);
      case 'object':
        return this.#objectOf(schema, depth);
      default:
        return 'unknown';
    }
  }

  #grouped(schema, depth) {
    const type = this.typeOf(schema, depth);
    return type.includes(' | ') && !type.startsWith('{') ? `(${type})` : type;
  }

  #arrayOf({ items, prefixItems }, depth) {
    const tuple = prefixItems ?? (Array.isArray(items) ? items : undefined);
    if (tuple) return `readonly [${tuple.map((one) => this.typeOf(one, depth)).join(', ')}]`;
    const item = this.typeOf(items, depth);
    return `readonly ${/[|&]|^readonly /.test(outside(item)) ? `(${item})` : item}[]`;
  }

  #objectOf({ properties, required = [], patternProperties, additionalProperties }, depth) {
    const indent = '  '.repeat(depth + 1);
    if (!properties) {
      const value =
        Object.values(patternProperties ?? {})[0] ?? (additionalProperties === true ? {} : additionalProperties);
      return `{ readonly [name: string]: ${value ? this.typeOf(value, depth) : 'unknown'} }`;
    }
    const members = Object.entries(properties).map(([name, schema]) => {
      const doc = schema.description ? `${indent}/** ${schema.description} */\n` : '';
      const key = /^\w+$/.test(name) ? name : quoted(name);
      return `${doc}${indent}readonly ${key}${required.includes(name) ? '' : '?'}: ${this.typeOf(schema, depth + 1)};`;
    });
    return members.length === 0 ? '{ }' : `{\n${members.join('\n')}\n${'  '.repeat(depth)}}`;
  }
}

/** What of a type stands outside of all braces. */
function outside(type) {
  let depth = 0;
  return [...type]
    .filter((letter) => {
      if (letter === '{') depth++;
      else if (letter === '}') depth--;
      else return depth === 0;
      return false;
    })
    .join('');
}

const quoted = (value) => (typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value));
