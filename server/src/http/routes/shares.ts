import { type Static, type TString, Type } from '@sinclair/typebox';
import { AnswerSchema } from '../../analysis/answer-schemas.ts';
import { ERRORS, SeismoError } from '../../model/errors.ts';
import { object, one } from '../../questions/parts.ts';
import { from, to } from '../../reports/queries.ts';
import { CHARTS } from '../../saved/bodies.ts';
import { drawnOf, hiddenIn } from '../../saved/shareable.ts';
import { SHARED_KINDS, type Share, type SharedKind, type SharedPart, type SharedView } from '../../saved/shares.ts';
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
      description: 'A time in ISO 8601 with Z or an offset; without it the link holds until it is revoked.',
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
    description: `${end.description} Only what lies in the question's own.`,
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
        { description: 'Of the question what drawing the answer takes; neither filters nor segments.' },
      ),
      answer: Type.Optional(AnswerSchema),
      problem: Type.Optional(
        Type.Object({ code: Type.String(), title: Type.String() }, { description: 'Instead of an answer.' }),
      ),
    }),
    { description: 'Of a report its one answer; of a dashboard one a tile, in their order.' },
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
      summary: `The links to a ${kind}, without their secrets`,
      access: 'user',
      answers: {
        200: { description: 'Those that hold.', content: { 'application/json': Type.Array(Type.Object(summary)) } },
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
      summary: `Share a ${kind} by a link; it is shown this once`,
      access: 'admin',
      body: NewShare,
      answers: {
        201: {
          description: 'The link: a path of this server.',
          content: { 'application/json': Type.Object({ ...summary, url: Type.String() }) },
        },
      },
      errors: ['SAVED_UNKNOWN', 'SAVED_TOO_MANY', 'SHARE_REFUSED', 'JOURNAL_UNAVAILABLE'],
      audit: `share ${kind}`,
      async handler(call) {
        const options = { expiresAt: expiryOf(call.body.expiresAt, now()), by: nameOf(call.who) };
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
    summary: 'What a link shows: the answers of a report or a dashboard',
    access: 'open',
    timed: true,
    params: TokenPath,
    query: RangeParameters,
    answers: { 200: { description: 'The answers as they are now.', content: { 'application/json': Shared } } },
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
  // A reading takes as long as one question may, however many tiles there are; those it does not come to say so.
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new SeismoError('QUERY_LIMIT_TIME', `A link is read within ${limits.maxSeconds} s.`)),
    limits.maxSeconds * 1_000,
  );
  const control = { ...limits, signal: AbortSignal.any([late.signal, ...(limits.signal ? [limits.signal] : [])]) };
  const within = call.query;
  const parts: object[] = [];
  // One after the other: a dashboard of fifty tiles takes no more of the engine than one question does.
  try {
    for (const { question, ...part } of view.parts)
      parts.push({ ...part, question: { kind: question.kind, ...drawnOf(question) }, ...(await answerOf(question)) });
  } finally {
    clearTimeout(timer);
  }
  return { kind, name, ...(description !== undefined && { description }), parts };

  async function answerOf(question: SharedPart['question']): Promise<object> {
    // Refused when it was shared and when it was changed; looked at once more where it would get out.
    if (hiddenIn(question)) return { problem: { code: 'SHARE_REFUSED', title: ERRORS.SHARE_REFUSED.title } };
    try {
      control.signal.throwIfAborted();
      const asked = await analysis.ask(app, question, { isFresh: false, control, within });
      // They name properties of filters, which a link does not show.
      const { notes: _, ...answer } = asked.answer;
      return { answer };
    } catch (error) {
      if (!(error instanceof SeismoError) || error.entry.kind !== 'caller') throw error;
      // What the reader of the link sent.
      if (
        error.code === 'QUESTION_INVALID' &&
        (error.field === 'from' || error.field === 'to') &&
        error.field in within
      )
        throw new SeismoError('PARAMETER_INVALID', error.detail, { field: error.field });
      // What was saved is at fault, or over a limit: said without its words, which may name whom nobody should see.
      return { problem: { code: error.code, title: error.entry.title } };
    }
  }
}

/** @throws REQUEST_INVALID */
function expiryOf(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (at > nowMs) return at;
  throw new SeismoError('REQUEST_INVALID', `\`expiresAt\` must be ${EXPECTED_TIME}.`, {
    field: 'expiresAt',
  });
}

const answered = ({ createdAt, expiresAt, ...share }: Share): object => ({
  ...share,
  createdAt: new Date(createdAt).toISOString(),
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
});
