import { type Static, type TString, Type } from '@sinclair/typebox';
import { AnswerSchema } from '../../analysis/answer-schemas.ts';
import { ERRORS, SeismoError } from '../../model/errors.ts';
import { object, one } from '../../questions/parts.ts';
import { from, to } from '../../reports/queries.ts';
import { CHARTS } from '../../saved/bodies.ts';
import { drawnOf, hiddenIn } from '../../saved/shareable.ts';
import { SHARED_KINDS, type Share, type SharedKind, type SharedPart, type SharedView } from '../../saved/shares.ts';
import { dateTimeOf } from '../../time/parse-date-time.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { mountOf } from '../url.ts';
import { nameOf } from './saved.ts';
import { AppPathName, PATH_PART_MAX_LENGTH, SavedPathId, Time } from './schemas.ts';

const EXPECTED_TIME = 'a time in the future, like 2027-01-01T00:00:00Z';
const NewShare = object({
  expiresAt: Type.Optional(
    Type.String({
      pattern: '(Z|z|[+-]\\d\\d:?\\d\\d)$',
      maxLength: 40,
      'x-expected': EXPECTED_TIME,
      description: 'An ISO 8601 time with `Z` or an offset. Absent: the link works until it is revoked.',
    }),
  ),
});
const ItemPath = Type.Object({ app: AppPathName, id: SavedPathId });
const SharePath = Type.Object({
  app: AppPathName,
  id: SavedPathId,
  share: Type.String({ maxLength: PATH_PART_MAX_LENGTH, 'x-error-code': 'SHARE_UNKNOWN' }),
});
const TokenPath = Type.Object({
  token: Type.String({ maxLength: PATH_PART_MAX_LENGTH, 'x-error-code': 'SHARE_UNKNOWN' }),
});
const within = (end: TString) =>
  Type.Optional({
    ...end,
    description: `${end.description} Narrows the range of the question.`,
  });
const RangeParameters = Type.Object({ from: within(from), to: within(to) });
type SharedCall = Call<unknown, Static<typeof RangeParameters>>;
const summary = { id: Type.String(), createdAt: Time, createdBy: Type.String(), expiresAt: Type.Optional(Time) };
const Shared = Type.Object({
  kind: one(SHARED_KINDS),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  parts: Type.Array(
    Type.Object({
      place: Type.Optional(Type.Object({ x: Type.Integer(), y: Type.Integer(), w: Type.Integer(), h: Type.Integer() })),
      name: Type.Optional(Type.String()),
      chart: Type.Optional(one(CHARTS)),
      question: Type.Object(
        {
          kind: Type.String(),
          interval: Type.Optional(Type.String()),
          period: Type.Optional(Type.String()),
          mode: Type.Optional(Type.String()),
          cumulative: Type.Optional(Type.Boolean()),
          movingAverage: Type.Optional(Type.Integer()),
          property: Type.Optional(Type.String()),
          by: Type.Optional(Type.String()),
        },
        { description: 'The parts of the question needed to draw the answer, without filters and segments.' },
      ),
      answer: Type.Optional(AnswerSchema),
      problem: Type.Optional(
        Type.Object({ code: Type.String(), title: Type.String() }, { description: 'Present instead of an answer.' }),
      ),
    }),
    { description: 'For a report, its answer; for a dashboard, one entry for each tile, in order.' },
  ),
});

/** Links to reports and dashboards. */
export function shareRoutes(deps: HttpDeps): readonly Route[] {
  return [...linkRoutes(deps, 'report'), ...linkRoutes(deps, 'dashboard'), sharedRoute(deps)];
}

function linkRoutes({ saved: { shares, reports, dashboards }, now }: HttpDeps, kind: SharedKind): readonly Route[] {
  const items = kind === 'report' ? reports : dashboards;
  const url = `/api/apps/:app/${kind}s/:id/share`;
  return [
    route({
      method: 'GET',
      url,
      params: ItemPath,
      summary: `List the links to a ${kind}, without their secrets`,
      access: 'user',
      answers: {
        200: { description: 'The active links.', content: { 'application/json': Type.Array(Type.Object(summary)) } },
      },
      errors: ['SAVED_UNKNOWN'],
      async handler(call) {
        const { id } = items.get(call.app, call.params.id);
        return shares.list(call.app, kind, id).map(answered);
      },
    }),
    route({
      method: 'POST',
      url,
      params: ItemPath,
      summary: `Create a link to a ${kind}; it is shown only once`,
      access: 'admin',
      body: NewShare,
      answers: {
        201: {
          description: 'The link, as a path of this server.',
          content: { 'application/json': Type.Object({ ...summary, url: Type.String() }) },
        },
      },
      errors: ['SAVED_UNKNOWN', 'SAVED_TOO_MANY', 'SHARE_REFUSED', 'JOURNAL_UNAVAILABLE'],
      audit: `share ${kind}`,
      async handler(call) {
        const options = { expiresAt: expiryOf(call.body.expiresAt, now()), by: nameOf(call.identity) };
        const { token, ...share } = await shares.create(call.app, kind, call.params.id, options);
        call.reply.status(201);
        return { ...answered(share), url: `${mountOf(call.request)}/api/shared/${token}` };
      },
    }),
    route({
      method: 'DELETE',
      url,
      params: ItemPath,
      summary: `Revoke all links to a ${kind}`,
      access: 'admin',
      answers: { 204: { description: 'Revoked.' } },
      errors: ['SAVED_UNKNOWN'],
      audit: `revoke links to a ${kind}`,
      async handler(call) {
        await shares.revoke(call.app, kind, items.get(call.app, call.params.id).id, undefined);
        return call.reply.status(204).send();
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:share`,
      params: SharePath,
      summary: `Revoke one link to a ${kind}`,
      access: 'admin',
      answers: { 204: { description: 'Revoked.' } },
      errors: ['SAVED_UNKNOWN', 'SHARE_UNKNOWN'],
      audit: `revoke links to a ${kind}`,
      async handler(call) {
        await shares.revoke(call.app, kind, items.get(call.app, call.params.id).id, call.params.share);
        return call.reply.status(204).send();
      },
    }),
  ];
}

function sharedRoute({ saved: { shares }, analysis }: HttpDeps): Route {
  return route({
    method: 'GET',
    url: '/api/shared/:token',
    summary: 'Get the answers that a shared link shows',
    access: 'open',
    timed: true,
    params: TokenPath,
    query: RangeParameters,
    answers: {
      200: { description: 'The current answers of the report or dashboard.', content: { 'application/json': Shared } },
    },
    errors: ['SHARE_UNKNOWN', 'SHARE_BUSY', 'STORE_UNAVAILABLE'],
    async handler(call) {
      const { params, reply } = call;
      reply.header('x-robots-tag', 'noindex, nofollow').header('cache-control', 'no-store');
      return await shares.read(params.token, (view) => shown(view, call, analysis));
    },
  });
}

async function shown(view: SharedView, call: SharedCall, analysis: HttpDeps['analysis']): Promise<object> {
  const { app, kind, name, description } = view;
  const limits = call.control();
  // Loading a link takes at most as long as one query, however many tiles there are. Tiles it does not reach say so.
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new SeismoError(
          'QUERY_LIMIT_TIME',
          `Loading a shared link takes longer than the ${limits.maxSeconds} s allowed.`,
        ),
      ),
    limits.maxSeconds * 1_000,
  );
  const control = { ...limits, signal: AbortSignal.any([late.signal, ...(limits.signal ? [limits.signal] : [])]) };
  const within = call.query;
  const parts: object[] = [];
  // One after another: a dashboard of fifty tiles uses no more of the engine than one query.
  try {
    for (const { question, ...part } of view.parts)
      parts.push({ ...part, question: { kind: question.kind, ...drawnOf(question) }, ...(await answerOf(question)) });
  } finally {
    clearTimeout(timer);
  }
  return { kind, name, ...(description !== undefined && { description }), parts };

  async function answerOf(question: SharedPart['question']): Promise<object> {
    // Checked when the link was created and when the item changed, and again here before anything is shown.
    if (hiddenIn(question)) return { problem: { code: 'SHARE_REFUSED', title: ERRORS.SHARE_REFUSED.title } };
    try {
      control.signal.throwIfAborted();
      const asked = await analysis.ask(app, question, { isFresh: false, control, within });
      // These name properties of filters, which a link does not show.
      const { notes: _, ...answer } = asked.answer;
      return { answer };
    } catch (error) {
      if (!(error instanceof SeismoError) || error.entry.kind !== 'caller') throw error;
      // The parameters of the visitor.
      if (
        error.code === 'QUESTION_INVALID' &&
        (error.field === 'from' || error.field === 'to') &&
        error.field in within
      )
        throw new SeismoError('PARAMETER_INVALID', error.detail, { field: error.field });
      // The saved question is at fault, or hit a limit. The detail is left out, because it can name things that visitors must not see.
      return { problem: { code: error.code, title: error.entry.title } };
    }
  }
}

/** @throws REQUEST_INVALID */
function expiryOf(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const at = dateTimeOf(value, 'UTC');
  if (at !== undefined && at > nowMs) return at;
  throw new SeismoError('REQUEST_INVALID', `\`expiresAt\` must be ${EXPECTED_TIME}.`, {
    field: 'expiresAt',
  });
}

const answered = ({ createdAt, expiresAt, ...share }: Share): object => ({
  ...share,
  createdAt: new Date(createdAt).toISOString(),
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
});
