/** The questions of the profile about one user or one anonymous device. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import type { Filter, Operations } from '../../api/wire.ts';

export interface Identity {
  readonly user?: string;
  readonly device?: string;
}

type Values = Operations['getApiAppsAppValues']['answer'];

const DEVICES_MAX = 100;

/** The devices that a user's events came from; those named in an `$identify` event belong to the user before it too. */
export const devicesQuery = (app: string, user: string) =>
  queryOptions({
    queryKey: ['devices', app, user],
    queryFn: async ({ signal }) => {
      const path = `api/apps/${encodeURIComponent(app)}/values`;
      const query = { field: 'device', user: quoted(user), limit: DEVICES_MAX, fresh: false };
      const [all, identified] = await Promise.all([
        api<Values>(path, { signal, query }),
        api<Values>(path, { signal, query: { ...query, id: '$identify' } }),
      ]);
      return { all: textsOf(all), identified: textsOf(identified) };
    },
    staleTime: 60_000,
  });

/** A name that begins with a quote would be read as quoted. */
const quoted = (text: string): string => (text.startsWith('"') ? JSON.stringify(text) : text);

const textsOf = ({ values }: Values): readonly string[] =>
  values.flatMap(({ value }) => (typeof value === 'string' && value !== '' ? [value] : []));

/** The events of a user as the server counts them: including those of their devices without a user. */
export function eventsOf({ user, device }: Identity, identified: readonly string[]): readonly Filter[] {
  if (user === undefined)
    return [
      { field: 'device', value: device ?? '' },
      { field: 'user', operator: 'exists', value: false },
    ];
  const own: Filter = { field: 'user', value: user };
  if (identified.length === 0) return [own];
  return [
    {
      or: [
        own,
        {
          and: [
            { field: 'device', operator: 'in', value: identified },
            { field: 'user', operator: 'exists', value: false },
          ],
        },
      ],
    },
  ];
}
