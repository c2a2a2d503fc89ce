import { type Static, Type } from '@sinclair/typebox';
import { AnswerSchema } from '../../analysis/answer-schemas.ts';
import { SeismoError } from '../../model/errors.ts';
import { QuestionSchema } from '../../questions/kinds.ts';
import { FRESH_PARAMETERS } from '../../reports/queries.ts';
import { answerFormat, formatParameters, TABLE_FORMATS } from '../answer-format.ts';
import { jsonOf } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { respondAs, tableOf } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { APP_PATH, Json, NO_PARAMETERS, Time } from './schemas.ts';

const QUESTION_MAX_BYTES = 256 * 1024;
const shared = {
  url: '/api/query/:app',
  access: 'read' as const,
  cors: 'read' as const,
  timed: true,
  params: APP_PATH,
  answers: {
    200: {
      description: 'The answer. As CSV or NDJSON: its table.',
      content: { 'application/json': AnswerSchema, 'application/x-ndjson': Type.String(), 'text/csv': Type.String() },
    },
  },
  errors: [
    'QUESTION_INVALID',
    'RANGE_TOO_MANY_BUCKETS',
    'QUERY_LIMIT_TIME',
    'QUERY_LIMIT_MEMORY',
    'QUERY_LIMIT_ROWS',
    'STORE_BEHIND',
    'QUERY_TOO_MANY',
    'QUERY_WAITED_TOO_LONG',
    'TIME_ZONES_TOO_MANY',
    'STORE_UNAVAILABLE',
  ] as const,
};
const Explained = Type.Object({
  kind: Type.String(),
  from: Time,
  to: Time,
  timeZone: Type.String(),
  statements: Type.Array(
    Type.Object({
      sql: Type.String({ description: 'ClickHouse SQL, with parameters such as `{p1:String}`.' }),
      parameters: Type.Record(Type.String(), Json),
    }),
    { description: 'The statements, in the order in which the engine ran them.' },
  ),
});
const ANSWER_PARAMETERS = { ...FRESH_PARAMETERS, ...formatParameters(TABLE_FORMATS) };
const AnswerParameters = Type.Object(ANSWER_PARAMETERS);
/** A URL and its headers have 32 KiB together. */
const LINK_MAX_LENGTH = 32 * 1024;

export function queryRoutes(deps: HttpDeps): readonly Route[] {
  const bounds = { maxBytes: QUESTION_MAX_BYTES, budget: deps.bodies };
  return [
    route({
      ...shared,
      method: 'POST',
      summary: 'Run an analysis: trends, funnels, retention and more',
      query: AnswerParameters,
      rawBody: { 'application/json': QuestionSchema },
      errors: [...shared.errors, 'BODY_EMPTY', 'BODY_NOT_JSON', 'BODY_NOT_UTF8', 'BODY_TOO_LARGE'],
      async handler(call) {
        return await answer(deps, call, await jsonOf(call.request.raw, bounds));
      },
    }),
    route({
      ...shared,
      method: 'POST',
      url: '/api/query/:app/sql',
      summary: 'Get the SQL of an analysis',
      access: 'user',
      query: NO_PARAMETERS,
      rawBody: { 'application/json': QuestionSchema },
      answers: {
        200: { description: 'The SQL that was sent to the engine.', content: { 'application/json': Explained } },
      },
      errors: [...shared.errors, 'BODY_EMPTY', 'BODY_NOT_JSON', 'BODY_NOT_UTF8', 'BODY_TOO_LARGE'],
      async handler(call) {
        const question = await jsonOf(call.request.raw, bounds);
        return await deps.analysis.explain(call.app, question, call.control());
      },
    }),
    route({
      ...shared,
      method: 'GET',
      summary: 'Run an analysis by a link',
      query: Type.Object({
        q: Type.String({
          minLength: 1,
          maxLength: LINK_MAX_LENGTH,
          'x-expected': 'a question as percent-encoded JSON',
          description: 'The question as percent-encoded JSON.',
        }),
        ...ANSWER_PARAMETERS,
      }),
      async handler(call) {
        return await answer(deps, call, questionOfLink(call.query.q));
      },
    }),
  ];
}

/** @throws PARAMETER_INVALID */
function questionOfLink(q: string): unknown {
  try {
    return JSON.parse(q);
  } catch (cause) {
    throw new SeismoError('PARAMETER_INVALID', '`q` must be a question as percent-encoded JSON.', {
      field: 'q',
      cause,
    });
  }
}

async function answer(
  { analysis }: HttpDeps,
  call: Call<object, Static<typeof AnswerParameters>>,
  question: unknown,
): Promise<unknown> {
  const { app, query, reply } = call;
  const form = answerFormat(call, query.format, TABLE_FORMATS);
  const asked = await analysis.ask(app, question, { isFresh: query.fresh, control: call.control() });
  sayAsOf(reply, asked);
  if (asked.isKept) reply.header('server-timing', 'cache;desc="hit"');
  return respondAs(form, call, asked.answer, () => tableOf(asked), query.csvSafe);
}
