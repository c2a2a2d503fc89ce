/** Values that are right for the parameters and fields of the API, by name; what an operation needs at least. */
import type { Operation } from './document.ts';

const QUESTION = { kind: 'trend', from: '2026-03-01', to: '2026-03-31', series: [{ event: 'paid' }] };

const VALUES: Readonly<Record<string, unknown>> = {
  // Paths.
  app: 'shop',
  id: '0123456789ab',
  share: '0123456789ab',
  token: 'sh_0123456789abcdefghijkl',
  name: 'nobody',
  // Query strings.
  attr: 'plan',
  field: 'data.plan',
  from: '2026-03-01',
  to: '2026-03-31',
  hour: 3,
  fingerprint: 'f1',
  rowsFrom: 0,
  rowsDone: 0,
  q: JSON.stringify(QUESTION),
  // Bodies.
  scope: 'read',
  password: 'correct horse battery',
  present: 'another horse battery',
  question: QUESTION,
  tiles: [],
  segment: { did: { event: 'paid' } },
  date: '2026-03-02',
  text: 'Moved',
  role: 'viewer',
};

export const valid = (name: string): unknown => VALUES[name] ?? 'x';

export const pathOf = ({ path }: Operation, values: Readonly<Record<string, string>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? String(valid(name))));

/** The least body that is right, of operations that take a JSON object. */
export function bodyOf({ body, path }: Operation): Record<string, unknown> | undefined {
  if (path === '/api/query/{app}' || path === '/api/query/{app}/sql') return body && QUESTION;
  if (body?.properties === undefined) return undefined;
  const names = path.startsWith('/api/users/') ? ['role'] : (body.required ?? []);
  return Object.fromEntries(names.map((name) => [name, valid(name)]));
}
