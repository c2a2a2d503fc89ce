import type { DeviceSpan } from '../../model/device-spans.ts';
import { TIMESTAMP_MAX_MS } from '../../model/event.ts';
import type { Condition, Filter, Match, Range } from '../../model/query.ts';
import { MATCH_TEXT_MAX } from '../../model/regexp.ts';
import type { PropertySql } from './property-sql.ts';
import type { Bound } from './sql.ts';

export function whereSql(app: string, range: Range, filters: readonly Filter[], bound: Bound): string {
  const parts = [
    `app = ${bound.add('String', app)}`,
    `timestamp >= ${bound.time(range.from)}`,
    `timestamp < ${bound.time(range.to)}`,
    ...filters.map((filter) => filterSql(filter, bound)),
  ];
  return parts.join(' AND ');
}

export function filterSql(filter: Filter, bound: Bound): string {
  if ('and' in filter) return filter.and.length ? `(${filter.and.map((f) => filterSql(f, bound)).join(' AND ')})` : '1';
  if ('or' in filter) return filter.or.length ? `(${filter.or.map((f) => filterSql(f, bound)).join(' OR ')})` : '0';
  if ('spans' in filter) return `${filter.isInside ? '' : 'NOT '}${spansSql(filter.spans, bound)}`;
  if ('before' in filter) {
    const { journals, seq } = filter.before;
    return `NOT (seq >= ${bound.add('UInt64', seq)} AND journal IN ${bound.add('Array(UUID)', journals)})`;
  }
  const { field } = filter;
  if (field.kind === 'column') {
    const column = field.name === 'uuid' ? UUID_TEXT : field.name;
    return conditionSql(filter, column, undefined, bound);
  }
  return bound.propertyOf(field, (property) => conditionSql(filter, property.texts, property, bound));
}

/** Devices that always belong to the user by a set; the few that belong to the user only at times by comparison. */
function spansSql(spans: readonly DeviceSpan[], bound: Bound): string {
  const isWhole = ({ from, to }: DeviceSpan): boolean => from === undefined && to === undefined;
  const devices = (of: readonly DeviceSpan[]): string =>
    bound.add('Array(String)', [...new Set(of.map(({ device }) => device))]);
  const parts: string[] = [];
  const whole = spans.filter(isWhole);
  if (whole.length > 0) parts.push(`device IN ${devices(whole)}`);
  const cut = spans.filter((span) => !isWhole(span));
  if (cut.length > 0) {
    const list = (type: 'Array(Int64)' | 'Array(String)', of: (span: DeviceSpan) => number | string): string =>
      bound.add(type, cut.map(of));
    const moment = '(toUnixTimestamp64Milli(timestamp), toInt64(seq))';
    const lists = [
      list('Array(String)', ({ device }) => device),
      list('Array(Int64)', ({ from }) => from?.timestamp ?? -1),
      list('Array(Int64)', ({ from }) => from?.seq ?? 0),
      list('Array(Int64)', ({ to }) => to?.timestamp ?? TIMESTAMP_MAX_MS),
      list('Array(Int64)', ({ to }) => to?.seq ?? 0),
    ].join(', ');
    parts.push(
      `(device IN ${devices(cut)} AND arrayExists((d, ft, fs, tt, ts) -> d = device AND ${moment} >= (ft, fs) AND ${moment} < (tt, ts), ${lists}))`,
    );
  }
  return parts.length === 0 ? '(0)' : `(empty(user) AND (${parts.join(' OR ')}))`;
}

const UUID_TEXT = 'toString(uuid)';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const COMPARISONS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/**
 * As in memory (pattern.ts): the beginning of a long text alone is looked at, and `.` matches no line feed, which the engine has otherwise
 * unless the expression says `(?-s)`.
 */
function matchesSql(c: Condition, text: string, property: PropertySql | undefined, bound: Bound): string {
  const any = c.matches.flatMap(({ text: expression }) => {
    if (expression === undefined) return [];
    const pattern = bound.add('String', expression.includes('.') ? `(?-s)${expression}` : expression);
    const filled = `(${text} != '' AND match(substringUTF8(${text}, 1, ${MATCH_TEXT_MAX}), ${pattern}))`;
    return property === undefined ? [filled] : [filled, `(${property.others} = '""' AND match('', ${pattern}))`];
  });
  return any.length === 0 ? '0' : `(${any.join(' OR ')})`;
}

/** One parameter for all values of a kind: a thousand conditions and more would be too long for a statement. */
function inSql(matches: readonly Match[], text: string, property: PropertySql | undefined, bound: Bound): string {
  const texts = matches.flatMap(({ text: value }) => (value ? [value] : []));
  const parts: string[] = [];
  if (text === UUID_TEXT) {
    const uuids = texts.filter((each) => UUID.test(each));
    if (uuids.length > 0) parts.push(`uuid IN ${bound.add('Array(UUID)', uuids)}`);
  } else if (texts.length > 0) parts.push(`${text} IN ${bound.add('Array(String)', texts)}`);
  if (property !== undefined) {
    const numbers = matches.flatMap(({ number }) => (number === undefined || number === 0 ? [] : [number]));
    if (numbers.length > 0) parts.push(`${property.numbers} IN ${bound.add('Array(Float64)', numbers)}`);
    const others = matches.flatMap((match) => [
      ...(match.text === '' ? ['""'] : []),
      ...(match.number === 0 ? ['0'] : []),
      ...(match.boolean === undefined ? [] : [String(match.boolean)]),
      ...(match.isNull ? ['null'] : []),
    ]);
    if (others.length > 0) parts.push(`${property.others} IN ${bound.add('Array(String)', [...new Set(others)])}`);
  }
  return parts.length > 0 ? `(${parts.join(' OR ')})` : '0';
}

/** @param text of the field: a column, or `texts` of the property */
function conditionSql(c: Condition, text: string, property: PropertySql | undefined, bound: Bound): string {
  const any = (parts: readonly string[]) => (parts.length ? `(${parts.join(' OR ')})` : '0');
  const equal = (m: Match): string[] => {
    const parts: string[] = [];
    if (m.text === '' && property !== undefined) parts.push(`${property.others} = '""'`);
    // No `!= ''` beside it: it would keep the engine from using the order of the roll-ups.
    else if (m.text !== undefined && m.text !== '') {
      // By its own type, so that the index of uuids is used.
      if (text !== UUID_TEXT) parts.push(`${text} = ${bound.add('String', m.text)}`);
      else if (UUID.test(m.text)) parts.push(`uuid = ${bound.add('UUID', m.text)}`);
    }
    if (property === undefined) return parts;
    if (m.number === 0) parts.push(`${property.others} = '0'`);
    else if (m.number !== undefined) parts.push(`${property.numbers} = ${bound.add('Float64', m.number)}`);
    if (m.boolean !== undefined) parts.push(`${property.others} = '${m.boolean ? 'true' : 'false'}'`);
    if (m.isNull) parts.push(`${property.others} = 'null'`);
    return parts;
  };
  const texts = (sql: (p: string) => string) =>
    any(
      c.matches.flatMap((m) =>
        m.text === undefined ? [] : [`(${text} != '' AND ${sql(bound.add('String', m.text))})`],
      ),
    );
  const compare = (sign: string, m: Match | undefined) =>
    property === undefined || m?.number === undefined
      ? '0'
      : `((${property.numbers} != 0 AND ${property.numbers} ${sign} ${bound.add('Float64', m.number)}) OR (${property.others} = '0' AND 0 ${sign} ${bound.add('Float64', m.number)}))`;
  switch (c.operator) {
    case 'in':
      if (c.matches.length > 1) return inSql(c.matches, text, property, bound);
      return any(c.matches.flatMap(equal));
    case 'is':
      return any(c.matches.flatMap(equal));
    case 'isNot':
      return `NOT ${any(c.matches.flatMap(equal))}`;
    case 'contains':
      return texts((p) => `position(${text}, ${p}) > 0`);
    case 'startsWith':
      return texts((p) => `startsWith(${text}, ${p})`);
    case 'matches':
      return matchesSql(c, text, property, bound);
    case 'between':
      return `(${compare('>=', c.matches[0])} AND ${compare('<=', c.matches[1])})`;
    case 'exists': {
      const exists = property?.isPresent ?? `(${text} != '')`;
      return c.matches[0]?.boolean === false ? `NOT ${exists}` : exists;
    }
    default:
      return compare(COMPARISONS[c.operator], c.matches[0]);
  }
}
