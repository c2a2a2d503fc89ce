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
      { description: '`waiting`: another erasure of the app runs first.' },
    ),
    createdAt: Time,
    startedAt: Type.Optional(Time),
    finishedAt: Type.Optional(Time),
    query: Type.Optional(
      Type.String({ description: 'What it erases, as it was sent, such as `user=ann`. Absent once it has ended.' }),
    ),
    matching: Type.Optional(Type.Integer({ description: 'Events counted so far that match.' })),
    partitions: Type.Optional(Type.Integer({ description: 'Partitions of the store (months) that hold them.' })),
    progress: Type.Optional(
      Type.Object(
        { partsDone: Type.Integer(), partsTotal: Type.Integer() },
        { description: 'While the engine rewrites its files, in parts of the table.' },
      ),
    ),
    erased: Type.Optional(Type.Integer({ description: 'How many events were erased; once it is done.' })),
    error: Type.Optional(
      Type.Object(
        { code: Type.String(), detail: Type.String(), remedy: Type.String() },
        { description: 'Why it failed; while it runs, why the last attempt failed. The server tries again.' },
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
const json = (description: string, schema: TSchema) => ({ description, content: { 'application/json': schema } });

/** Erasing events, and how far the erasures of an app are. */
export function eraseRoutes({ reports, erasures }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'DELETE',
      url: '/api/events/:app',
      summary: 'Erase events for good: those that match, or all',
      access: 'admin',
      params: APP_PATH,
      query: Type.Object(ERASE_PARAMETERS),
      takesFilters: true,
      answers: {
        200: json(
          'How many were hidden; their disk is freed later.',
          Type.Object({ erased: Type.Integer(), matching: Type.Optional(Type.Integer()) }),
        ),
        202: json(
          'The erasure is on disk and goes on, also when the server is started again. `Location` is where its status is.',
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
      summary: 'The erasures of an app',
      access: 'admin',
      params: APP_PATH,
      query: NO_PARAMETERS,
      answers: {
        200: json('Those waiting and running, and the last that ended; the newest first.', Type.Array(ErasureSchema)),
      },
      handler: async ({ app }) => erasures.list(app).map(answered),
    }),
    route({
      method: 'GET',
      url: '/api/apps/:app/erasures/:id',
      summary: 'How far an erasure is',
      access: 'admin',
      params: ERASURE_PATH,
      query: NO_PARAMETERS,
      answers: { 200: json('The erasure.', ErasureSchema) },
      handler: async ({ app, params }) => answered(erasures.get(app, params.id)),
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
