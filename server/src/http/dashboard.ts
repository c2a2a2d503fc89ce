/**
 * The built dashboard: its files, and how browsers cache and treat them.
 *
 * Without `@fastify/static`: that would only send the assets (a dozen lines here), while the base path, the policy and the URLs of the
 * document are ours anyway, and with a list made at start, no URL has to be resolved to a path.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SeismoError } from '../model/errors.ts';
import { missingDashboardPage, PAGE_POLICY } from './html-pages.ts';
import { type Encoding, encodingFor } from './negotiate.ts';
import { mountOf } from './url.ts';

export interface DashboardFile {
  readonly path: string;
  readonly type: string;
  /** Compressed forms that the build created next to it. */
  readonly encodings: ReadonlySet<Encoding>;
}

export interface Dashboard {
  /** The document. Undefined if it was not built. */
  readonly html: string | undefined;
  /** By name within `assets/`. The names contain hashes of the contents. */
  readonly assets: ReadonlyMap<string, DashboardFile>;
  /** By name: other files next to the document, such as icons. */
  readonly besides: ReadonlyMap<string, DashboardFile>;
}

/** The build of `web/` puts it there. It is the same folder from `src` and from `dist`. */
const FOLDER = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const BASE = /<base href="[^"]*"/;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  webmanifest: 'application/manifest+json; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webp: 'image/webp',
  woff2: 'font/woff2',
};
const FOREVER = 'public, max-age=31536000, immutable';
/** Names of built files follow Vite's pattern; copied files keep their names. */
const HASHED = /-[\w-]{8}\.\w+$/;
const SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };
/**
 * Scripts only come from files of this server. Styles can be inline: Mantine writes its theme into a `style` element, and charts
 * write the styles of their tooltips as attributes. Neither can run a script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const DOCUMENT_HEADERS = {
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Full screen is for wall displays, the clipboard for new keys.
  'permissions-policy':
    'accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self), fullscreen=(self)',
};

/** Lists the files once. What is not listed is not served, whatever the URL. */
export function readDashboard(folder = FOLDER): Dashboard {
  const besides = filesIn(folder);
  const index = besides.get('index.html');
  besides.delete('index.html');
  if (index === undefined) return { html: undefined, assets: new Map(), besides: new Map() };
  return { html: readFileSync(index.path, 'utf8'), assets: filesIn(join(folder, 'assets')), besides };
}

function filesIn(folder: string): Map<string, DashboardFile> {
  const names = new Set(namesIn(folder));
  const encodingsOf = (name: string): Set<Encoding> =>
    new Set((['br', 'gzip'] as const).filter((encoding) => names.has(name + SUFFIXES[encoding])));
  return new Map(
    [...names]
      .filter((name) => !/\.(?:br|gz|map)$/.test(name))
      .map((name) => {
        const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
        return [name, { path: join(folder, name), type, encodings: encodingsOf(name) }];
      }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (error) {
    // Not built.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The document, with the mount path as the base of all its URLs. If the dashboard was not built: what to do. */
export function sendDocument({ html }: Dashboard, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(DOCUMENT_HEADERS).header('cache-control', 'no-cache').header('content-type', TYPES.html);
  if (html === undefined)
    return reply
      .status(404)
      .header('content-security-policy', PAGE_POLICY)
      .send(missingDashboardPage(mountOf(request)));
  reply.header('content-security-policy', POLICY);
  // More than one slash would turn the first name into a host.
  const mount = mountOf(request).replace(/^\/+/, '/');
  const text = mount === '' ? html : html.replace(BASE, () => `<base href="${attributeOf(mount)}/"`);
  return sendKnown(text, request, reply);
}

/** A file whose name does not depend on its content. */
export async function sendBeside(file: DashboardFile, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('cache-control', 'no-cache').header('content-type', file.type);
  return sendKnown(await contentOf(file.path), request, reply);
}

function sendKnown(content: string | Buffer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  reply.header('etag', etag);
  // A proxy that compresses makes it weak.
  if (request.headers['if-none-match']?.includes(etag)) return reply.status(304).send();
  return reply.send(content);
}

/** Cached forever if the name contains the hash of the content. */
export async function sendAsset(
  name: string,
  file: DashboardFile,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply.header('vary', 'Accept-Encoding').header('cross-origin-resource-policy', 'same-origin');
  if (!HASHED.test(name)) return await sendBeside(file, request, reply);
  reply.header('cache-control', FOREVER).header('etag', `W/"${name}"`).header('content-type', file.type);
  if (request.headers['if-none-match']?.includes(`"${name}"`)) return reply.status(304).send();
  const wanted = encodingFor(request.headers['accept-encoding']);
  const encoding = wanted !== undefined && file.encodings.has(wanted) ? wanted : undefined;
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.send(await contentOf(encoding === undefined ? file.path : file.path + SUFFIXES[encoding]));
}

/** @throws NOT_FOUND if the dashboard was rebuilt since the start */
async function contentOf(path: string): Promise<Buffer> {
  return await readFile(path).catch((cause: unknown) => {
    throw new SeismoError('NOT_FOUND', 'The dashboard was rebuilt. Restart the server.', { cause });
  });
}

const attributeOf = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
