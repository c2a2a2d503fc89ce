import type { Filter } from '../model/query.ts';
import { visitFieldsIn } from '../model/visit-fields.ts';
import {
  GOAL_MEASURES,
  isVisitCard,
  WEB_MEASURES,
  type WebCardName,
  type WebCardQuery,
  type WebSort,
} from '../model/web-query.ts';
import { wrong } from '../questions/check.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import { eventSelector, labelOf } from './scope.ts';

type Question = QuestionOf<'web'>;

const ROWS = 10;

/** Conditions on the visit apart from those on its events. @throws QUESTION_INVALID */
export function splitFilters(filters: readonly Filter[]): {
  readonly filters: readonly Filter[];
  readonly visitFilters: readonly Filter[];
} {
  const ofVisits = filters.map((filter, i) => isOfVisit(filter, `filters[${i}]`));
  return {
    filters: filters.filter((_, i) => !ofVisits[i]),
    visitFilters: filters.filter((_, i) => ofVisits[i]),
  };
}

function isOfVisit(filter: Filter, path: string): boolean {
  if (visitFieldsIn(filter).size === 0) return false;
  if (hasOnlyVisitFields(filter)) return true;
  throw wrong(
    path,
    `\`${path}\` combines a field of the visit, \`session.…\`, with a field of events. In a question of the kind \`web\`, send them as conditions of their own.`,
  );
}

function hasOnlyVisitFields(filter: Filter): boolean {
  if ('and' in filter) return filter.and.every(hasOnlyVisitFields);
  if ('or' in filter) return filter.or.every(hasOnlyVisitFields);
  return 'field' in filter && filter.field.kind === 'session';
}

export interface Goal {
  readonly name: string;
  readonly filters: readonly Filter[];
}

/** @throws QUESTION_INVALID */
export function goalsOf({ goals = [], goal }: Question): readonly Goal[] {
  if (goal !== undefined && goal > goals.length)
    throw wrong('goal', '`goal` must be the number of one of `goals`, counted from 1.');
  return goals.map((each, i) => {
    const path = `goals[${i}]`;
    if ('page' in each) return { name: each.name ?? each.page, filters: pageFilters(each.page) };
    const filters = eventSelector(each, path);
    if (filters.length === 0)
      throw wrong(
        `${path}.page`,
        `\`${path}.page\` is missing. A goal is a \`page\`, or an event by \`event\`, \`id\` or \`filters\`.`,
      );
    if (visitFieldsIn(filters).size > 0)
      throw wrong(
        `${path}.filters`,
        `\`${path}.filters\` can't have fields of the visit, \`session.…\`. Use them in \`filters\` of the question.`,
      );
    return { name: labelOf(each), filters };
  });
}

const VIEWS: Filter = {
  field: { kind: 'column', name: 'id' },
  operator: 'in',
  matches: [{ text: 'page-viewed' }, { text: 'screen-viewed' }],
};

function pageFilters(page: string): readonly Filter[] {
  const field = { kind: 'property', path: ['path'], literal: false } as const;
  const isPattern = page.includes('*');
  const text = isPattern ? patternOf(page) : page;
  return [VIEWS, { field, operator: isPattern ? 'matches' : 'is', matches: [{ text }] }];
}

const patternOf = (page: string): string =>
  `^${page
    .split(/\*+/)
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*')}$`;

/** The regular expressions that goals mean. */
export const pagePatterns = ({ goals = [] }: Question): readonly string[] =>
  goals.flatMap((goal) => ('page' in goal && goal.page.includes('*') ? [patternOf(goal.page)] : []));

/** @throws QUESTION_INVALID */
export function cardsOf({ cards = [], goal }: Question): readonly WebCardQuery[] {
  return cards.map(({ card, limit = ROWS, offset = 0, search, sort = 'visitors', order = 'desc' }, i) => {
    if (cards.findIndex((each) => each.card === card) < i)
      throw wrong(`cards[${i}].card`, `\`cards[${i}].card\` repeats \`${card}\`. Send each card once.`);
    const sorts = sortsOf(card, goal !== undefined);
    if (!sorts.includes(sort))
      throw wrong(
        `cards[${i}].sort`,
        `\`cards[${i}].sort\` must be one of ${sorts.map((name) => `\`${name}\``).join(', ')} for the card \`${card}\`.`,
      );
    return { card, limit, offset, search, sort, order };
  });
}

function sortsOf(card: WebCardName, hasGoal: boolean): readonly WebSort[] {
  if (isVisitCard(card)) return [...WEB_MEASURES, ...(hasGoal ? GOAL_MEASURES : [])];
  const own: WebSort = card === 'pages' ? 'pageViews' : 'events';
  return ['visitors', own, ...(hasGoal ? (['convertedVisitors', 'conversionRate'] as const) : [])];
}
