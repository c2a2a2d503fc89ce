import {
  isVisitCard,
  VISIT_CARDS,
  type WebCardName,
  type WebCardQuery,
  type WebNumbers,
  type WebResult,
} from '../model/web-query.ts';
import { column, type KindResult } from './answer.ts';

/** The headline numbers, of all visits or of some. */
export interface Figures {
  readonly visitors: number;
  /** Distinct visitors are estimates. */
  readonly estimated?: true;
  readonly visits: number;
  readonly pageViews: number;
  /** null where no visit begins, like the next two. */
  readonly viewsPerVisit: number | null;
  readonly bounceRate: number | null;
  readonly durationMs: number | null;
  readonly conversions?: number;
  readonly convertedVisitors?: number;
  readonly conversionRate?: number | null;
}
export type WebPoint = { readonly from: string } & Figures;
export type WebRowAnswer = { readonly value: string | null; readonly events?: number } & Partial<Figures>;
export interface WebCardAnswer {
  readonly card: WebCardName;
  /** What a condition says to show the visits of a row alone. */
  readonly field?: string;
  readonly totalRows: number;
  readonly rows: readonly WebRowAnswer[];
  readonly others?: { readonly rows: number };
}
export interface WebGoalAnswer {
  readonly name: string;
  readonly visitors: number;
  readonly estimated?: true;
  readonly conversions: number;
  readonly conversionRate: number | null;
}
export interface WebAnswer {
  readonly totals: Figures;
  readonly points?: readonly WebPoint[];
  readonly compare?: {
    readonly from: string;
    readonly to: string;
    readonly totals: Figures;
    readonly points?: readonly WebPoint[];
    readonly soFar?: { readonly to: string; readonly totals: Figures };
  };
  readonly currentVisitors?: number;
  readonly goals?: readonly WebGoalAnswer[];
  readonly cards?: readonly WebCardAnswer[];
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const estimatedOf = ({ isEstimated }: WebNumbers): { readonly estimated?: true } =>
  isEstimated ? { estimated: true } : {};

/** Estimates of two sets may contradict each other: no more visitors convert than there are. */
const conversionsOf = ({ visitors, conversions, convertedVisitors }: WebNumbers) => {
  const converted = Math.min(convertedVisitors, visitors);
  return { conversions, convertedVisitors: converted, conversionRate: share(converted, visitors) };
};

/** @param hasGoal conversions of a goal are counted */
export function figuresOf(numbers: WebNumbers, hasGoal: boolean): Figures {
  const { visitors, visits, pageViews, viewsOfVisits, bounces, durationMs } = numbers;
  return {
    visitors,
    ...estimatedOf(numbers),
    visits,
    pageViews,
    viewsPerVisit: share(viewsOfVisits, visits),
    bounceRate: share(bounces, visits),
    durationMs: share(durationMs, visits),
    ...(hasGoal && conversionsOf(numbers)),
  };
}

/** @param ofAll all visitors */
export function goalAnswer(name: string, numbers: WebNumbers, ofAll: number): WebGoalAnswer {
  const converted = Math.min(numbers.visitors, ofAll);
  return {
    name,
    visitors: converted,
    ...estimatedOf(numbers),
    conversions: numbers.conversions,
    conversionRate: share(converted, ofAll),
  };
}

export function cardAnswer(
  { card, offset }: WebCardQuery,
  { totalRows, rows }: WebResult['cards'][number],
  hasGoal: boolean,
): WebCardAnswer {
  const others = Math.max(0, totalRows - offset - rows.length);
  const field = fieldOf(card);
  return {
    card,
    ...(field !== undefined && { field }),
    totalRows,
    rows: rows.map(({ value = null, ...numbers }) => ({ value, ...rowFigures(card, numbers, hasGoal) })),
    ...(others > 0 && { others: { rows: others } }),
  };
}

function fieldOf(card: WebCardName): string | undefined {
  if (isVisitCard(card)) return `session.${VISIT_CARDS[card]}`;
  return card === 'pages' ? 'data.path' : undefined;
}

function rowFigures(card: WebCardName, numbers: WebNumbers, hasGoal: boolean): Omit<WebRowAnswer, 'value'> {
  if (isVisitCard(card)) return figuresOf(numbers, hasGoal);
  // No event has two users.
  const visitors = Math.min(numbers.visitors, numbers.events);
  const { convertedVisitors, conversionRate } = conversionsOf({ ...numbers, visitors });
  return {
    visitors,
    ...estimatedOf(numbers),
    ...(card === 'pages' ? { pageViews: numbers.pageViews } : { events: numbers.events }),
    ...(hasGoal && { convertedVisitors, conversionRate }),
  };
}

const FIGURES = ['visitors', 'visits', 'pageViews', 'viewsPerVisit', 'bounceRate', 'durationMs'] as const;
const GOALS = ['conversions', 'convertedVisitors', 'conversionRate'] as const;

/** The rows of the cards, otherwise the points, otherwise the totals. */
export function tableOf({ totals, points, cards }: WebAnswer): Pick<KindResult<unknown>, 'columns' | 'rows'> {
  const hasGoal = totals.conversions !== undefined;
  const names = [...FIGURES, ...(hasGoal ? GOALS : [])];
  const numbers = names.map((name) => column(name, 'number'));
  if (cards && cards.length > 0) {
    const hasEvents = cards.some(({ card }) => !isVisitCard(card) && card !== 'pages');
    const isOne = cards.length === 1;
    return {
      columns: [
        ...(isOne ? [] : [column('card', 'text')]),
        column('value', 'text'),
        ...numbers,
        ...(hasEvents ? [column('events', 'number')] : []),
      ],
      rows: () =>
        cards.flatMap(({ card, rows }) =>
          rows.map((row) => [
            ...(isOne ? [] : [card]),
            row.value,
            ...names.map((name) => row[name]),
            ...(hasEvents ? [row.events] : []),
          ]),
        ),
    };
  }
  return points
    ? {
        columns: [column('from', 'time'), ...numbers],
        rows: () => points.map((point) => [point.from, ...names.map((name) => point[name])]),
      }
    : { columns: numbers, rows: () => [names.map((name) => totals[name])] };
}
