import { Type } from '@sinclair/typebox';
import { INTERVALS } from '../../model/query.ts';
import type { Report as ReportAnswer, ReportKind } from '../../reports/reports.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFormOf, formParameter, TABLE_FORMS, takeCsvSafe } from '../form.ts';
import type { Parameter, Route } from '../route.ts';
import { inForm, TABLE_CONTENT, type Table } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { CALENDAR, CSV_SAFE, EXACT, FILTERS, FRESH, FROM_TO, Notes, parameter, Time } from './schemas.ts';

const DATE = parameter('date', 'A day; today unless said.');
const RANGES: Readonly<Record<ReportKind, readonly Parameter[]>> = {
  hour: [
    DATE,
    { name: 'hour', description: 'The hour of the day, local.', schema: Type.Integer({ minimum: 0, maximum: 23 }) },
  ],
  day: [DATE],
  week: [parameter('week', 'A day in the week.'), DATE],
  month: [parameter('month', 'A month, as 2024-02.'), DATE],
  period: FROM_TO,
};
const Report = Type.Object({
  app: Type.String(),
  id: Type.Optional(Type.String()),
  event: Type.Optional(Type.String()),
  from: Time,
  to: Time,
  timeZone: Type.String(),
  total: Type.Integer(),
  users: Type.Integer(),
  usersExact: Type.Boolean(),
  notes: Type.Optional(Notes),
  series: Type.Optional(
    Type.Array(Type.Object({ from: Time, total: Type.Integer(), users: Type.Integer() }), {
      description: 'Every bucket of the interval, also the empty ones.',
    }),
  ),
});

export function reportRoutes({ reports }: HttpDeps): readonly Route[] {
  return (Object.keys(RANGES) as ReportKind[]).map((kind) => ({
    method: 'GET',
    url: `/api/reports/${kind}/:app`,
    summary: kind === 'period' ? 'Counts of any period' : `Counts of one ${kind}`,
    access: 'read',
    cors: 'read',
    timed: true,
    query: [
      ...RANGES[kind],
      ...FILTERS,
      {
        name: 'interval',
        description: 'Adds the series.',
        schema: Type.Union(INTERVALS.map((one) => Type.Literal(one))),
      },
      ...CALENDAR,
      EXACT,
      FRESH,
      formParameter(TABLE_FORMS),
      CSV_SAFE,
      {
        name: 'report',
        description: 'The report that the path names; any other value is an error. Early clients send it.',
        schema: Type.Literal(kind),
      },
    ],
    answers: {
      200: {
        description: 'Events and distinct users; as CSV or NDJSON a row a bucket.',
        content: { 'application/json': Report, ...TABLE_CONTENT },
      },
    },
    errors: [
      'PARAMETER_UNKNOWN',
      'PARAMETER_INVALID',
      'RANGE_TOO_MANY_BUCKETS',
      'QUERY_LIMIT_TIME',
      'QUERY_LIMIT_MEMORY',
      'STORE_BEHIND',
      'QUERY_TOO_MANY',
      'QUERY_WAITED_TOO_LONG',
      'STORE_UNAVAILABLE',
    ],
    async handler(call) {
      const form = answerFormOf(call, TABLE_FORMS);
      const isSafe = takeCsvSafe(call);
      const answer = await reports.report(kind, call.app, call.search, call.control());
      sayAsOf(call.reply, answer);
      return inForm(form, call, answer.value, () => tableOfReport(answer.value), isSafe);
    },
  }));
}

/** A row a bucket; without an interval one for all. */
function tableOfReport({ from, to, total, users, series }: ReportAnswer): Table {
  const rows = series ?? [{ from, total, users }];
  return {
    columns: ['from', 'to', 'total', 'users'].map((name) => ({ name })),
    rows: () => rows.map((row, i) => [row.from, rows[i + 1]?.from ?? to, row.total, row.users]),
  };
}
