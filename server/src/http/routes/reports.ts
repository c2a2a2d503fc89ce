import { Type } from '@sinclair/typebox';
import { REPORT_PARAMETERS } from '../../reports/queries.ts';
import { REPORT_RANGES } from '../../reports/report-ranges.ts';
import type { Report as ReportAnswer, ReportKind } from '../../reports/reports.ts';
import { answerFormat, formatParameters, TABLE_FORMATS } from '../answer-format.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { type AnswerTable, respondAs, TABLE_CONTENT } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { APP_PATH, Notes, Time } from './schemas.ts';

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
      description: 'All buckets, including empty ones.',
    }),
  ),
});

export function reportRoutes({ reports }: HttpDeps): readonly Route[] {
  return (Object.keys(REPORT_RANGES) as ReportKind[]).map((kind) =>
    route({
      method: 'GET',
      url: `/api/reports/${kind}/:app`,
      summary: kind === 'period' ? 'Count the events of any period' : `Count the events of one ${kind}`,
      access: 'read',
      cors: 'read',
      timed: true,
      params: APP_PATH,
      query: Type.Object({
        ...REPORT_RANGES[kind].parameters,
        ...REPORT_PARAMETERS,
        ...formatParameters(TABLE_FORMATS),
        // Version 0.0.5 of the client names the report both in the query string and in the path.
        report: Type.Optional(
          Type.Literal(kind, {
            'x-expected': `${kind}, as in the path, or absent; another report is at /api/reports/<report>/<app>`,
            description: 'The report in the path; any other value is an error. Only for clients of Seismo 1.',
          }),
        ),
      }),
      takesFilters: true,
      answers: {
        200: {
          description: 'Events and distinct users. As CSV or NDJSON: one row for each bucket.',
          content: { 'application/json': Report, ...TABLE_CONTENT },
        },
      },
      errors: [
        'RANGE_TOO_MANY_BUCKETS',
        'QUERY_LIMIT_TIME',
        'QUERY_LIMIT_MEMORY',
        'STORE_BEHIND',
        'QUERY_TOO_MANY',
        'QUERY_WAITED_TOO_LONG',
        'STORE_UNAVAILABLE',
      ],
      async handler(call) {
        const { app, query, filters } = call;
        const form = answerFormat(call, query.format, TABLE_FORMATS);
        const answer = await reports.report(kind, app, { ...query, filters }, call.control());
        sayAsOf(call.reply, answer);
        return respondAs(form, call, answer.value, () => tableOfReport(answer.value), query.csvSafe);
      },
    }),
  );
}

/** One row for each bucket; without an interval, one for all. */
function tableOfReport({ from, to, total, users, series }: ReportAnswer): AnswerTable {
  const rows = series ?? [{ from, total, users }];
  return {
    columns: ['from', 'to', 'total', 'users'].map((name) => ({ name })),
    rows: () => rows.map((row, i) => [row.from, rows[i + 1]?.from ?? to, row.total, row.users]),
  };
}
