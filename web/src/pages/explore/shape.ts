/** Whether the forms can show a question: links are also written by hand, by programs, and by older versions. The server says what is wrong with the rest. */
import type { Question } from '../../api/wire.ts';
import { isFilters } from '../../components/filter-shape.ts';
import { type BuiltQuestion, isBuilt } from './question.ts';

type Check = (value: unknown) => boolean;
type Checks = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime: Check = (value) => isText(value) || isNumber(value);
const listOf =
  (check: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);

/** Fields that are there are of the type that their inputs show; those that must be are. */
const fits =
  (checks: Checks, ...required: readonly string[]): Check =>
  (value) =>
    isObject(value) &&
    required.every((name) => value[name] !== undefined) &&
    Object.entries(checks).every(([name, check]) => value[name] === undefined || check(value[name]));

const SELECTOR = { event: isText, id: isText, filters: isFilters, name: isText } satisfies Checks;
const isSelector = fits(SELECTOR);
const COMMON = {
  from: isTime,
  to: isTime,
  last: isText,
  timeZone: isText,
  weekStart: isText,
  filters: isFilters,
  segment: isObject,
  exact: isFlag,
  interval: isText,
  limit: isNumber,
} satisfies Checks;

const KINDS: Readonly<Record<BuiltQuestion['kind'], Check>> = {
  trend: fits(
    {
      ...COMMON,
      series: listOf(fits({ ...SELECTOR, measure: isText, property: isText }), 1),
      breakdown: listOf(isText),
      compare: (value) => isText(value) || isObject(value),
      formula: isText,
      cumulative: isFlag,
      movingAverage: isNumber,
    },
    'series',
  ),
  funnel: fits(
    {
      ...COMMON,
      steps: listOf(isSelector, 1),
      window: isText,
      by: isText,
      order: isText,
      exclude: listOf(fits({ ...SELECTOR, after: isNumber })),
      breakdown: isText,
    },
    'steps',
  ),
  retention: fits({ ...COMMON, start: isSelector, return: isSelector, mode: isText, breakdown: isText }, 'start'),
  paths: fits({
    ...COMMON,
    start: isSelector,
    end: isSelector,
    steps: isNumber,
    node: isText,
    sessionGap: isText,
    collapse: isFlag,
  }),
  stickiness: fits({ ...COMMON, ...SELECTOR, period: isText }),
  lifecycle: fits({ ...COMMON, ...SELECTOR }),
  sessions: fits({ ...COMMON, gap: isText, breakdown: listOf(isText) }),
  performance: fits(
    {
      ...COMMON,
      ...SELECTOR,
      property: isText,
      by: isText,
      condition: (value) => isFilters([value]),
      sort: isText,
    },
    'property',
    'by',
  ),
};

/** Whether its form can show it. */
export const isShown = (question: Question): question is BuiltQuestion =>
  isBuilt(question) && KINDS[question.kind](question);
