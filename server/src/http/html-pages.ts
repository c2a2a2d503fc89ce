import { createHash } from 'node:crypto';
import { ERRORS } from '../model/errors.ts';
import type { Route } from './route.ts';
import { FILTERS } from './routes/schemas.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433; background: #fff }
h2 { border-bottom: 1px solid #d5dae3; padding-bottom: .3rem; margin-top: 2.5rem }
code { font-family: ui-monospace, monospace; font-size: .95em; overflow-wrap: anywhere }
summary { padding: .4rem 0; cursor: pointer }
summary b { display: inline-block; min-width: 4.5rem; color: #1f5fae }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #e8ebf0 }
@media (prefers-color-scheme: dark) {
  body { color: #dfe4ee; background: #14181f }
  h2, td, th { border-color: #333b49 }
  a, summary b { color: #7db2f5 }
}`;

/** These pages have no script and load nothing from elsewhere. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The API reference as a page. */
export function apiPage(routes: readonly Route[], version: string, mount: string): string {
  const parts = routes.map((route) => {
    const parameters = { ...route.query?.properties, ...(route.takesFilters && FILTERS.properties) };
    const rows = Object.entries(parameters).map(
      ([name, { description }]) => `<tr><td><code>${htmlOf(name)}</code><td>${htmlOf(description ?? '')}`,
    );
    const answers = Object.entries(route.answers).map(
      ([status, { description, content }]) =>
        `<tr><td>${status}<td>${htmlOf(description)} ${Object.keys(content ?? {})
          .map((type) => `<code>${htmlOf(type)}</code>`)
          .join(' ')}`,
    );
    const codes = (route.errors ?? []).map((code) => `<a href="${mount}/docs/errors#${code}"><code>${code}</code></a>`);
    return `<details><summary><b>${route.method}</b> <code>${htmlOf(route.url)}</code> ${htmlOf(route.summary)}</summary>
${rows.length > 0 ? `<table><tr><th>Parameter<th>Meaning${rows.join('')}</table>` : ''}
<table><tr><th>Answer<th>Meaning${answers.join('')}</table>
<p>For: ${route.access === 'open' ? 'anybody' : route.access}. ${codes.length > 0 ? `Refusals: ${codes.join(', ')}.` : ''}</details>`;
  });
  return page(
    'Seismo API',
    `<p>Version ${htmlOf(version)}. The whole document is <a href="${mount}/openapi.json">openapi.json</a> (OpenAPI 3.1);
refusals are <a href="${mount}/docs/errors">listed by code</a>.<h2>Routes</h2>${parts.join('\n')}`,
  );
}

/** Every error code, with what to do about it. */
export function errorsPage(mount: string): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title, remedy }]) =>
      `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${htmlOf(title)}<td>${htmlOf(remedy)}`,
  );
  return page(
    'Seismo errors',
    `<p><a href="${mount}/docs">The API</a><table><tr><th>Code<th>Status<th>Meaning<th>Remedy${rows.join('\n')}</table>`,
  );
}

/** Shown instead of the dashboard if it was not built. */
export const missingDashboardPage = (mount: string): string =>
  page(
    'Seismo',
    `<p>The server runs; its dashboard was not built. In a checkout of the repository <code>npm run build</code> builds it; start the server again afterwards.
<p><a href="${htmlOf(mount)}/docs">The API</a> works without it.`,
  );

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>${body}</html>`;

const htmlOf = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
