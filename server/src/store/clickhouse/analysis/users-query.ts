import type { TimelineQuery, UserRow, UsersQuery, UsersResult } from '../../../model/analysis-query.ts';
import type { EventRow } from '../../../model/event.ts';
import { IDENTIFY } from '../../../model/event.ts';
import type { Condition, Filter } from '../../../model/query.ts';
import type { EngineContext } from '../engine-context.ts';
import { EVENT_COLUMNS, eventOf, events, type StoredRow } from '../queries/events-query.ts';
import { deviceSpans } from '../queries/spans-query.ts';
import { Bound, containsSql, EVENTS, options, type Row } from '../sql.ts';
import { eventSequences } from './sql/event-sequence-sql.ts';
import type { Identity } from './sql/identity.ts';
import { sourceOf } from './sql/scope-sql.ts';
import { traitsOf, withTraitSql } from './traits-query.ts';

type IdentityOf = (bound: Bound) => Identity;
const SORTS = { lastSeen: 'l', firstSeen: 'f', events: 'n' } as const;

/**
 * A page of users by numbers alone, a hash each; then the last event of each of the page by its key, which is quick, and says the name
 * and the latest properties.
 */
export async function users(context: EngineContext, query: UsersQuery): Promise<UsersResult> {
  const { connection, identities, hotColumnsOf, control } = context;
  const identityOf = await identities.of(query.app, control);
  const bound = new Bound(hotColumnsOf);
  const source = sourceOf(query, identityOf(bound), bound);
  const { person, user } = source.identity;
  const name = `if(notEmpty(${user}), ${user}, device)`;
  const found =
    query.search === undefined
      ? ''
      : ` AND (${containsSql(name, query.search, bound)} OR ${person} IN (${withTraitSql(query.app, query.search, bound)}))`;
  const direction = query.order === 'asc' ? 'ASC' : 'DESC';
  const byPlace = eventSequences(query.range, 0, undefined).packed('0');
  const page = await connection.query<Row>(
    `SELECT toString(p) AS p, toUnixTimestamp64Milli(f) AS f, toUnixTimestamp64Milli(l) AS l, n, toString(toUInt64(k)) AS seq, total FROM (
      SELECT *, count() OVER () AS total FROM (
        SELECT ${person} AS p, min(timestamp) AS f, max(timestamp) AS l, count() AS n, max(${byPlace}) AS k
        FROM ${source.from} WHERE ${source.where()} AND p != 0${found} GROUP BY p)
    ) ORDER BY ${SORTS[query.sort]} ${direction}, p LIMIT ${bound.add('UInt64', query.limit)} OFFSET ${bound.add('UInt64', query.offset)}`,
    bound.values,
    options(control),
  );
  const last = await lastEvents(context, query.app, identityOf, page);
  const names = page.flatMap((row) => last.get(String(row['p']))?.user ?? []);
  const traits = await traitsOf(context, query.app, names);
  return {
    total: Number(page[0]?.['total'] ?? 0),
    users: page.flatMap((row): UserRow[] => {
      const known = last.get(String(row['p']));
      // An erasure in between took the user away.
      if (known === undefined) return [];
      const { user: named, event } = known;
      const traitsKnown = traits.get(named);
      return [
        {
          ...(named !== '' ? { user: named } : event.device !== undefined && { device: event.device }),
          firstSeen: Number(row['f']),
          lastSeen: Number(row['l']),
          events: Number(row['n']),
          last: event,
          ...(traitsKnown && { traits: traitsKnown }),
        },
      ];
    }),
  };
}

/** By person: the event at the key of the page's row, and the user it counts for. */
async function lastEvents(
  { connection, hotColumnsOf, control }: EngineContext,
  app: string,
  identityOf: IdentityOf,
  page: readonly Row[],
): Promise<Map<string, { user: string; event: EventRow }>> {
  if (page.length === 0) return new Map();
  const bound = new Bound(hotColumnsOf);
  const { from, person, user } = identityOf(bound);
  const times = bound.add(
    'Array(Int64)',
    page.map((row) => Number(row['l'])),
  );
  const rows = await connection.query<StoredRow & { p: string; u: string }>(
    `SELECT toString(${person}) AS p, ${user} AS u, ${EVENT_COLUMNS} FROM ${from}
    WHERE app = ${bound.add('String', app)} AND timestamp IN arrayMap(x -> fromUnixTimestamp64Milli(x, 'UTC'), ${times})
      AND seq IN ${bound.add(
        'Array(UInt64)',
        page.map((row) => Number(row['seq'])),
      )}`,
    bound.values,
    options(control),
  );
  const keys = new Set(page.map((row) => `${row['p']} ${row['l']} ${row['seq']}`));
  return new Map(
    rows
      .filter(({ p, ts, s }) => keys.has(`${p} ${ts} ${s}`))
      .map((row) => [row.p, { user: row.u, event: eventOf(row) }]),
  );
}

/** A page of one user's events, with those of the devices that are the user's. */
export async function timeline(context: EngineContext, query: TimelineQuery): Promise<EventRow[]> {
  const { connection, identities, control } = context;
  const { app, range, order, limit, after } = query;
  const isKnown = await identities.isKnown(app, control);
  const { person } = query;
  const user = 'user' in person ? person.user : isKnown ? await ownerOf(context, app, person.device) : undefined;
  const named: Condition = { field: { kind: 'column', name: 'user' }, operator: 'is', matches: [{ text: user ?? '' }] };
  const spans =
    'device' in person && user === undefined
      ? [{ device: person.device }]
      : isKnown
        ? await deviceSpans(connection, app, named, control)
        : [];
  const unnamed: Filter = { spans, isInside: true };
  const own = user === undefined ? unnamed : spans.length === 0 ? named : { or: [named, unnamed] };
  return await events(context, { app, range, filters: [own, ...query.filters], order, limit, ...(after && { after }) });
}

/** Of a device that several users used, the last one. */
async function ownerOf(
  { connection, control }: EngineContext,
  app: string,
  device: string,
): Promise<string | undefined> {
  const [row] = await connection.query<Row>(
    `SELECT user FROM ${EVENTS} WHERE app = {app:String} AND id = '${IDENTIFY}' AND device = {device:String} AND notEmpty(user)
    ORDER BY timestamp DESC, seq DESC LIMIT 1`,
    { app, device },
    options(control, true),
  );
  return row && String(row['user']);
}
