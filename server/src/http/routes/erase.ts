import { type TSchema, Type } from '@sinclair/typebox';
import { ERASURE_STATUSES, type Erasure } from '../../model/erasure.ts';
import { ERASE_PARAMETERS } from '../../reports/queries.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { mountOf } from '../url.ts';
import { APP_PATH, NO_PARAMETERS, Time } from './schemas.ts';

const ErasureSchema = Type.Object(
  {
    id: Type.String(),
    app: Type.String(),
    status: Type.Union(
      ERASURE_STATUSES.map((each) => Type.Literal(each)),
      {
        description:
          '`waiting`: another erasure of the app is running first. `cancelling`: what the engine began is being stopped.',
      },
    ),
    createdAt: Time,
    startedAt: Type.Optional(Time),
    finishedAt: Type.Optional(Time),
    query: Type.Optional(
      Type.String({
        description: 'The filter, as it was sent, such as `user=ann`. Absent once the erasure has ended.',
      }),
    ),
    matching: Type.Optional(Type.Integer({ description: 'Number of matching events found so far.' })),
    partitions: Type.Optional(Type.Integer({ description: 'Number of partitions (months) with matching events.' })),
    progress: Type.Optional(
      Type.Object(
        { partsDone: Type.Integer(), partsTotal: Type.Integer() },
        { description: 'Progress while the engine rewrites its files, in table parts.' },
      ),
    ),
    erased: Type.Optional(
      Type.Integer({
        description:
          'Number of events erased. Present once the erasure is done or cancelled; what was erased before it was cancelled stays erased.',
      }),
    ),
    error: Type.Optional(
      Type.Object(
        { code: Type.String(), detail: Type.String(), remedy: Type.String() },
        { description: 'Why it failed. While it is running: why the last attempt failed; the server tries again.' },
      ),
    ),
  },
  { $id: 'Erasure' },
);
const ERASURE_PATH = Type.Object({
  ...APP_PATH.properties,
  id: Type.String({
    pattern: '^[0-9a-f]{12}$',
    'x-expected': '12 hexadecimal digits',
    'x-error-code': 'ERASURE_UNKNOWN',
  }),
});
/** Stopping takes the engine milliseconds, unless it is down. */
const CANCEL_WAIT_MS = 5_000;
const json = (description: string, schema: TSchema) => ({ description, content: { 'application/json': schema } });

/** Erases events, and shows the progress of an app's erasures. */
export function eraseRoutes({ reports, erasures }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'DELETE',
      url: '/api/events/:app',
      summary: 'Erase matching events, or all events, permanently',
      access: 'admin',
      params: APP_PATH,
      query: Type.Object(ERASE_PARAMETERS),
      takesFilters: true,
      answers: {
        200: json(
          'The number of events erased. Disk space is freed later.',
          Type.Object({ erased: Type.Integer(), matching: Type.Optional(Type.Integer()) }),
        ),
        202: json(
          'The erasure is stored and continues, even if the server restarts. `Location` is the URL of its status.',
          ErasureSchema,
        ),
      },
      errors: [
        'ERASE_FILTER_MISSING',
        'ERASURE_TOO_MANY',
        'PROPERTY_NOT_INDEXED',
        'JOURNAL_UNAVAILABLE',
        'STORE_BEHIND',
        'STORE_UNAVAILABLE',
      ],
      audit: 'erase events',
      async handler(call) {
        const answer = await reports.erase(call.app, { ...call.query, filters: call.filters });
        if (!('erasure' in answer)) {
          call.audit({ erased: answer.erased });
          return answer;
        }
        const { erasure } = answer;
        call.audit({ erasure: erasure.id });
        call.reply.status(202).header('location', locationOf(call, erasure));
        return answered(erasure);
      },
    }),
    route({
      method: 'GET',
      url: '/api/apps/:app/erasures',
      summary: 'List the erasures of an app',
      access: 'admin',
      params: APP_PATH,
      query: NO_PARAMETERS,
      answers: {
        200: json(
          'The waiting and running erasures, and the last ones that ended; newest first.',
          Type.Array(ErasureSchema),
        ),
      },
      handler: async ({ app }) => erasures.list(app).map(answered),
    }),
    route({
      method: 'GET',
      url: '/api/apps/:app/erasures/:id',
      summary: 'Get the progress of an erasure',
      access: 'admin',
      params: ERASURE_PATH,
      query: NO_PARAMETERS,
      answers: { 200: json('The erasure.', ErasureSchema) },
      handler: async ({ app, params }) => answered(erasures.get(app, params.id)),
    }),
    route({
      method: 'DELETE',
      url: '/api/apps/:app/erasures/:id',
      summary: 'Cancel an erasure',
      access: 'admin',
      params: ERASURE_PATH,
      query: NO_PARAMETERS,
      answers: {
        200: json('The erasure: it is cancelled, or had ended before.', ErasureSchema),
        202: json('The erasure: the engine is still being stopped.', ErasureSchema),
      },
      errors: ['JOURNAL_UNAVAILABLE'],
      audit: 'cancel erasure',
      async handler(call) {
        const erasure = await erasures.cancel(call.app, call.params.id, CANCEL_WAIT_MS);
        call.audit({ erasure: erasure.id, status: erasure.status });
        if (erasure.status === 'cancelling') call.reply.status(202);
        return answered(erasure);
      },
    }),
  ];
}

const locationOf = ({ request, app }: Pick<Call, 'request' | 'app'>, { id }: Erasure): string =>
  `${mountOf(request)}/api/apps/${app}/erasures/${id}`;

const iso = (ms: number): string => new Date(ms).toISOString();

const answered = ({ createdAt, startedAt, finishedAt, ...erasure }: Erasure): object => ({
  ...erasure,
  createdAt: iso(createdAt),
  ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
  ...(finishedAt !== undefined && { finishedAt: iso(finishedAt) }),
});
