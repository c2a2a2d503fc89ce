import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Static, Type } from '@sinclair/typebox';
import { SeismoError } from '../../model/errors.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { StaticDocument, sendStatic } from '../static-document.ts';
import { EVENTS_PATH } from './post.ts';

/** The build of the client puts them there. It is the same folder from `src` and from `dist`. */
const FOLDER = new URL('../../../dist/browser/', import.meta.url);
const UNVERSIONED = 'public, max-age=3600, stale-while-revalidate=86400';
const VERSIONED = 'public, max-age=31536000, immutable';

/** Pages can add anything to bypass caches. */
const ScriptParameters = Type.Object(
  {
    v: Type.Optional(
      Type.String({
        description: 'The version of the server or the hash from the `ETag`: the answer can then be cached forever.',
      }),
    ),
  },
  { additionalProperties: true },
);

/** The browser client for the script tag: the full script, and its core. */
export function scriptRoutes({ config: { scriptPath, postPath }, version }: HttpDeps): readonly Route[] {
  const core = scriptPath.replace(/\.js$/, '.core.js');
  return [
    scriptRoute(scriptPath, 'Get the browser client, for a script tag', () => read('seismo.js', postPath), version),
    scriptRoute(
      core,
      'Get the browser client without storage, clicks, web vitals and errors',
      () => read('seismo.core.js', postPath),
      version,
    ),
  ];
}

function scriptRoute(url: string, summary: string, readScript: () => StaticDocument, version: string): Route {
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
      script ??= readScript();
      return await send(call, script, version);
    },
  });
}

/** The path is written into the script, which has no bytes to spare for an attribute of its own. */
function read(file: string, postPath: string): StaticDocument {
  const path = fileURLToPath(new URL(file, FOLDER));
  if (!existsSync(path))
    throw new SeismoError('NOT_FOUND', 'The browser client was not built. Run `npm run build` in `client/`.');
  return new StaticDocument(Buffer.from(readFileSync(path, 'utf8').replaceAll(EVENTS_PATH, postPath)));
}

async function send(
  { request, reply, query }: Call<unknown, Static<typeof ScriptParameters>>,
  script: StaticDocument,
  version: string,
): Promise<unknown> {
  const asked = query.v;
  reply
    // Pages of other sites load it, including those that require more than a script tag does (integrity, isolation).
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('content-type', 'text/javascript; charset=utf-8');
  return await sendStatic(script, asked === script.hash || asked === version ? VERSIONED : UNVERSIONED, request, reply);
}
