import { Type } from '@sinclair/typebox';
import { AnswerSchema } from '../../analysis/answer-schemas.ts';
import { SeismoError } from '../../model/errors.ts';
import { QuestionSchema } from '../../questions/kinds.ts';
import { jsonOf } from '../body.ts';
import type { HttpDeps } from '../deps.ts';
import { answerFormOf, formParameter, TABLE_FORMS } from '../form.ts';
import type { Call, Route } from '../route.ts';
import { inForm, tableOf } from '../table.ts';
import { sayAsOf } from './as-of.ts';
import { onlyKnown } from './parameters.ts';
import { CSV_SAFE, FRESH, Json, parameter, Time } from './schemas.ts';

const QUESTION_MAX_BYTES = 256 * 1024;
const shared = {
  url: '/api/query/:app',
  access: 'read' as const,
  cors: 'read' as const,
  timed: true,
  answers: {
    200: {
      description: 'The answer; as CSV or NDJSON its table.',
      content: { 'application/json': AnswerSchema, 'application/x-ndjson': Type.String(), 'text/csv': Type.String() },
    },
  },
  errors: [
    'QUESTION_INVALID',
    'PARAMETER_UNKNOWN',
    'PARAMETER_INVALID',
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
      sql: Type.String({ description: 'In the dialect of ClickHouse, with the names of parameters as `{p1:String}`.' }),
      parameters: Type.Record(Type.String(), Json),
    }),
    { description: 'In the order in which they went to the engine.' },
  ),
});
const FORM = [formParameter(TABLE_FORMS), CSV_SAFE];

export function queryRoutes(deps: HttpDeps): readonly Route[] {
  const bounds = { maxBytes: QUESTION_MAX_BYTES, budget: deps.bodies };
  return [
    {
      ...shared,
      method: 'POST',
      summary: 'A question of the analysis: trends, funnels, retention and more',
      query: [FRESH, ...FORM],
      rawBody: { 'application/json': QuestionSchema },
      errors: [...shared.errors, 'BODY_EMPTY', 'BODY_NOT_JSON', 'BODY_NOT_UTF8', 'BODY_TOO_LARGE'],
      async handler(call) {
        return await answer(deps, call, await jsonOf(call.request.raw, bounds), []);
      },
    },
    {
      ...shared,
      method: 'POST',
      url: '/api/query/:app/sql',
      summary: 'The SQL that answers a question',
      access: 'user',
      rawBody: { 'application/json': QuestionSchema },
      answers: { 200: { description: 'What goes to the engine.', content: { 'application/json': Explained } } },
      errors: [...shared.errors, 'BODY_EMPTY', 'BODY_NOT_JSON', 'BODY_NOT_UTF8', 'BODY_TOO_LARGE'],
      async handler(call) {
        onlyKnown(call.search, []);
        const question = await jsonOf(call.request.raw, bounds);
        return await deps.analysis.explain(call.app, question, call.control());
      },
    },
    {
      ...shared,
      method: 'GET',
      summary: 'The same question, for links',
      query: [parameter('q', 'The question as JSON, percent-encoded.'), FRESH, ...FORM],
      async handler(call) {
        return await answer(deps, call, questionOfLink(call.search), ['q']);
      },
    },
  ];
}

/** @throws PARAMETER_INVALID */
function questionOfLink(search: URLSearchParams): unknown {
  const q = search.get('q');
  try {
    if (q !== null) return JSON.parse(q);
  } catch {
    // Refused below.
  }
  throw new SeismoError('PARAMETER_INVALID', 'q must be a question as JSON, percent-encoded.', { field: 'q' });
}

async function answer(
  { analysis }: HttpDeps,
  call: Call,
  question: unknown,
  more: readonly string[],
): Promise<unknown> {
  const { app, search, reply } = call;
  const form = answerFormOf(call, TABLE_FORMS);
  onlyKnown(search, [...more, 'fresh', 'csvSafe']);
  const isFresh = booleanOf(search, 'fresh', true);
  const isSafe = booleanOf(search, 'csvSafe', false);
  const asked = await analysis.ask(app, question, { isFresh, control: call.control() });
  sayAsOf(reply, asked);
  if (asked.isKept) reply.header('server-timing', 'cache;desc="hit"');
  return inForm(form, call, asked.answer, () => tableOf(asked), isSafe);
}

function booleanOf(search: URLSearchParams, name: string, absent: boolean): boolean {
  const value = search.get(name);
  if (value === null) return absent;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new SeismoError('PARAMETER_INVALID', `${name} must be true or false.`, { field: name });
}
