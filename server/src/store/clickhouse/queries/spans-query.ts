import type { DeviceSpan } from '../../../model/device-spans.ts';
import { SeismoError } from '../../../model/errors.ts';
import type { Condition, Filter, QueryControl } from '../../../model/query.ts';
import { switchesSql, tiesSql } from '../analysis/sql/identity.ts';
import type { Connection } from '../connection.ts';
import { filterSql } from '../filter-sql.ts';
import { NO_HOT_COLUMNS } from '../property-sql.ts';
import { Bound, options, type Row } from '../sql.ts';

/** More would be megabytes of parameters. */
const SPANS_MAX = 100_000;

/** When which devices were those of the users that match. @throws QUERY_LIMIT_ROWS */
export async function deviceSpans(
  connection: Connection,
  app: string,
  user: Condition,
  control: QueryControl,
): Promise<DeviceSpan[]> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const [name, is] = [bound.add('String', app), filterSql(user, bound)];
  const ties = `${tiesSql(name)} AND device IN (SELECT device FROM ${tiesSql(name)} AND ${is})`;
  const rows = await connection.query<Row>(
    `SELECT device, ${momentParts('since', 'f')}, ${momentParts('until', 't')} FROM (
      SELECT device, user, since, leadInFrame(since) OVER (PARTITION BY device ORDER BY since ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS until
      FROM (${switchesSql(ties)})
    ) WHERE ${is} LIMIT ${SPANS_MAX + 1}`,
    bound.values,
    options({ ...control, maxRows: SPANS_MAX + 1 }),
  );
  if (rows.length > SPANS_MAX)
    throw new SeismoError(
      'QUERY_LIMIT_ROWS',
      `The users that match \`user\` have more than ${SPANS_MAX} devices. Name fewer users at a time.`,
    );
  return rows.map((row) => ({
    device: String(row['device']),
    ...endOf(row, 'from', 'f'),
    ...endOf(row, 'to', 't'),
  }));
}

/** Nothing where the span is open: its moment is 0. */
function endOf(row: Row, name: 'from' | 'to', as: string): Partial<DeviceSpan> {
  const moment = { timestamp: Number(row[`${as}t`]), seq: Number(row[`${as}s`]) };
  return moment.timestamp === 0 && moment.seq === 0 ? {} : { [name]: moment };
}

/** A moment (identity.ts) taken apart. */
const momentParts = (moment: string, as: string): string =>
  `toInt64(bitShiftRight(${moment}, 64)) AS ${as}t, toUInt64(bitAnd(${moment}, toUInt128(18446744073709551615))) AS ${as}s`;

/** Operators that name users. `exists` asks what an event itself says. */
const NAMING: ReadonlySet<string> = new Set(['is', 'in', 'isNot', 'contains', 'startsWith', 'matches']);

/**
 * Filters that reach what counts for the users they name, though it names none itself: what their devices did while they were theirs.
 * @returns the same filters where none names a user
 */
export async function reachingDevices(
  connection: Connection,
  app: string,
  filters: readonly Filter[],
  control: QueryControl,
): Promise<readonly Filter[]> {
  const reach = async (filter: Filter): Promise<Filter> => {
    if ('and' in filter) {
      const and = await all(filter.and);
      return and === filter.and ? filter : { and };
    }
    if ('or' in filter) {
      const or = await all(filter.or);
      return or === filter.or ? filter : { or };
    }
    if (!('field' in filter) || filter.field.kind !== 'column' || filter.field.name !== 'user') return filter;
    if (!NAMING.has(filter.operator)) return filter;
    const isNot = filter.operator === 'isNot';
    const spans = await deviceSpans(connection, app, isNot ? { ...filter, operator: 'is' } : filter, control);
    if (spans.length === 0) return filter;
    const inSpans = { spans, isInside: !isNot };
    return isNot ? { and: [filter, inSpans] } : { or: [filter, inSpans] };
  };
  const all = async (some: readonly Filter[]): Promise<readonly Filter[]> => {
    const reached = await Promise.all(some.map(reach));
    return reached.every((each, i) => each === some[i]) ? some : reached;
  };
  return await all(filters);
}
