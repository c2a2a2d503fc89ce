import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Static, Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { StaticDocument, sendStatic } from '../static-document.ts';

/** The build of the client puts them there; from `src` and from `dist` it is the same folder. */
const FOLDER = new URL('../../../dist/browser/', import.meta.url);
const UNVERSIONED = 'public, max-age=3600, stale-while-revalidate=86400';
const VERSIONED = 'public, max-age=31536000, immutable';

/** Pages add what they like, against caches. */
const ScriptParameters = Type.Object(
  {
    v: Type.Optional(
      Type.String({
        description: 'The version of the server, or the hash of its ETag: then the answer may be kept for ever.',
      }),
    ),
  },
  { additionalProperties: true },
);

/** The browser client, for the script tag: all of it, and its core beside it. */
export function scriptRoutes({ config, version }: HttpDeps): readonly Route[] {
  return [
    scriptRoute(config.scriptPath, 'seismo.js', version, 'The browser client, for a script tag'),
    scriptRoute(
      config.scriptPath.replace(/\.js$/, '.core.js'),
      'seismo.core.js',
      version,
      'The browser client without storage, clicks, web vitals and errors',
    ),
  ];
}

function scriptRoute(url: string, file: string, version: string, summary: string): Route {
  let script: StaticDocument | undefined;
  return route({
    method: 'GET',
    url,
    summary,
    access: 'open',
    query: ScriptParameters,
    answers: { 200: { description: 'JavaScript.', content: { 'text/javascript': Type.String() } } },
    errors: ['NOT_FOUND'],
    handler: async (call) => {
      script ??= read(file);
      return await send(call, script, version);
    },
  });
}

function read(file: string): StaticDocument {
  const path = fileURLToPath(new URL(file, FOLDER));
  if (!existsSync(path))
    throw new SeismoError('NOT_FOUND', 'The browser client was not built; `npm run build` in client/ does.');
  return new StaticDocument(readFileSync(path));
}

async function send(
  { request, reply, query }: Call<unknown, Static<typeof ScriptParameters>>,
  script: StaticDocument,
  version: string,
): Promise<unknown> {
  const asked = query.v;
  reply
    // Pages elsewhere load it, also those that ask for more than the script tag does (integrity, isolation).
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('content-type', 'text/javascript; charset=utf-8');
  return await sendStatic(script, asked === script.hash || asked === version ? VERSIONED : UNVERSIONED, request, reply);
}
