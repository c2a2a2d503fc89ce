import { CARDS_WITH_MISSING, type WebCardQuery, type WebSort } from '../../../../model/web-query.ts';
import { type Bound, containsSql } from '../../sql.ts';

/** A ratio of nothing is sorted last. */
const ratio = (part: string, whole: string, order: WebCardQuery['order']): string =>
  `if(${whole} = 0, ${order === 'desc' ? '-1' : '1e300'}, ${part} / ${whole})`;

function sortSql(sort: WebSort, order: WebCardQuery['order']): string {
  switch (sort) {
    case 'viewsPerVisit':
      return ratio('viewsOfVisits', 'visits', order);
    case 'bounceRate':
      return ratio('bounces', 'visits', order);
    case 'durationMs':
      return ratio('durationMs', 'visits', order);
    case 'conversionRate':
      return ratio('convertedVisitors', 'visitors', order);
    default:
      return sort;
  }
}

/**
 * The rows of each card that the question shows, as `place` from 1, and how many there are in all, `found`.
 * @param rows with `card`, `value` and the measures; cards that are not among these are passed on
 */
export function shownRows(rows: string, cards: readonly WebCardQuery[], bound: Bound): string {
  const name = (card: string): string => bound.add('String', card);
  const each = (of: (card: WebCardQuery) => string, other: string): string =>
    cards.length === 0
      ? other
      : `multiIf(${cards.map((card) => `card = ${name(card.card)}, ${of(card)}`).join(', ')}, ${other})`;
  const isWanted = each((card) => {
    const parts = [
      ...(CARDS_WITH_MISSING.has(card.card) ? [] : ["value != ''"]),
      ...(card.search === undefined ? [] : [containsSql('value', card.search, bound)]),
    ];
    return parts.length === 0 ? 'true' : parts.join(' AND ');
  }, 'true');
  const sort = each(
    ({ sort, order }) => `toFloat64(${sortSql(sort, order)})${order === 'desc' ? ' * -1' : ''}`,
    'toFloat64(0)',
  );
  const isShown = each(
    ({ offset, limit }) => `place > ${bound.add('UInt64', offset)} AND place <= ${bound.add('UInt64', offset + limit)}`,
    'true',
  );
  // The number of rows is known also where the page is beyond the last one.
  return `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY card ORDER BY ${sort}, visitors DESC, value) AS place, count() OVER (PARTITION BY card) AS found
    FROM (${rows}) WHERE ${isWanted}) WHERE (${isShown}) OR (place = 1)`;
}
