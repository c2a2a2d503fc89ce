/** Seismo from code: as a server, or as a handler in a host application. There is no top-level await, so that `require` works. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SeismoServer } from './app/seismo-server.ts';
import { serve, serveLocally } from './app/serve.ts';
import type { FirstAdmin } from './auth/first-admin.ts';
import { loadConfig } from './config/config.ts';
import type { Config } from './config/settings.ts';

export type { Config, FirstAdmin, SeismoServer };
/** Any settings. The others come from the file, the environment and the defaults. */
export type Settings = { readonly [K in keyof Config]?: Config[K] | undefined };
export type StartCallback = (error: unknown, server?: SeismoServer) => void;

export interface Seismo {
  /** Mount it with `app.use('/seismo', handler)`, before or after `express.json()`. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly firstAdmin: FirstAdmin | undefined;
  /** Finishes running requests, loads what is queued and closes the engine. */
  close(): Promise<void>;
}

/** Starts a server. With a callback, as in Seismo 1, it returns nothing and never rejects. */
export function start(settings?: Settings): Promise<SeismoServer>;
export function start(settings: Settings | undefined, callback: StartCallback): void;
export function start(callback: StartCallback): void;
export function start(
  first: Settings | StartCallback | undefined,
  second?: StartCallback,
): Promise<SeismoServer> | undefined {
  const [settings, callback] = typeof first === 'function' ? [undefined, first] : [first, second];
  const starting = loadConfig({ given: { ...settings } }).then((config) => serve(config));
  if (callback === undefined) return starting;
  // Outside the promise, so that an exception in the callback belongs to the host and does not cause a second call.
  starting.then(
    (server) => setImmediate(callback, null, server),
    (error: unknown) => setImmediate(callback, error),
  );
  return undefined;
}

/** All modules and a handler. The host application listens. */
export async function createSeismo(settings: Settings = {}): Promise<Seismo> {
  const config = await loadConfig({ given: { ...settings } });
  const { app, http, close } = await serveLocally(config);
  const firstAdmin = await app.storeFirstAdmin().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    handler: (request, response) => http.routing(request, response),
    firstAdmin,
    close,
  };
}
