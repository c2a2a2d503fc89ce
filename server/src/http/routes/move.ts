import { type TSchema, Type } from '@sinclair/typebox';
import { MOVE_STATES } from '../../model/move.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { NO_PARAMETERS } from './schemas.ts';

const MoveSchema = Type.Object(
  {
    state: Type.Union(
      MOVE_STATES.map((each) => Type.Literal(each)),
      {
        description:
          '`none`: nothing was moved since the server started. `copying`: events are copied and compared while the server works as before. `switching`: the last of them are compared, and new events wait in the journal.',
      },
    ),
    to: Type.Optional(Type.String({ description: 'Where to, without the user and the password.' })),
    events: Type.Integer({ description: 'Number of events to move.' }),
    done: Type.Integer({ description: 'How many of them this pass has compared or copied.' }),
    copied: Type.Integer({ description: 'Number of events copied in all passes.' }),
    removed: Type.Integer({ description: 'Number of events removed there because they are not here.' }),
    passes: Type.Integer({ description: 'How often all events have been compared.' }),
    error: Type.Optional(
      Type.String({ description: 'Why it failed. While it is copying: why the last attempt failed; it is repeated.' }),
    ),
    apps: Type.Optional(
      Type.Array(
        Type.Object({
          app: Type.String(),
          days: Type.Integer({ description: 'Number of UTC days with events. Each was compared.' }),
          events: Type.Integer(),
          checksum: Type.String({ description: 'The sum of the checksums of all rows, the same in both places.' }),
        }),
        { description: 'Present once it is done.' },
      ),
    ),
  },
  { $id: 'Move' },
);
const TO_MAX_LENGTH = 2_000;
const json = (description: string, schema: TSchema) => ({ description, content: { 'application/json': schema } });

/** Moves all events to another engine. */
export function moveRoutes({ moves }: HttpDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      url: '/api/move',
      summary: 'Move all events to another engine',
      access: 'admin',
      body: Type.Object({
        to: Type.String({
          minLength: 1,
          maxLength: TO_MAX_LENGTH,
          description:
            'The URL of a ClickHouse server, as in the setting `connection`; `embedded` for the embedded engine; or the MongoDB of the setting `archive`, which is compared with the engine and gets what it lacks.',
        }),
      }),
      answers: { 202: json('The move has begun, or goes on.', MoveSchema) },
      errors: ['PARAMETER_INVALID', 'MOVE_NOT_POSSIBLE'],
      audit: 'move events',
      async handler({ body, reply, audit }) {
        const status = moves.start(body.to);
        audit({ to: status.to ?? '' });
        reply.status(202);
        return status;
      },
    }),
    route({
      method: 'GET',
      url: '/api/move',
      summary: 'Get the progress of the move',
      access: 'admin',
      query: NO_PARAMETERS,
      answers: { 200: json('The move, or the last one since the server started.', MoveSchema) },
      handler: async () => moves.status(),
    }),
    route({
      method: 'DELETE',
      url: '/api/move',
      summary: 'Cancel the move',
      access: 'admin',
      query: NO_PARAMETERS,
      answers: { 200: json('The move. The server goes on with the old place, unless the move was done.', MoveSchema) },
      audit: 'cancel move',
      handler: async () => await moves.cancel(),
    }),
  ];
}
