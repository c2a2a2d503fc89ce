/** Schemas that several folders share. */
import { Type } from '@sinclair/typebox';
import { APP_NAME } from './event.ts';

export const Time = Type.String({ format: 'date-time', description: 'ISO 8601 in UTC, ending in `Z`.' });
export const Json = Type.Unknown({ description: 'Any JSON value.' });

export const Notes = Type.Array(
  Type.Object({ code: Type.Literal('PROPERTY_NOT_INDEXED'), field: Type.String(), detail: Type.String() }),
  { description: 'Notes on the answer. Absent if there are none.' },
);

export const AppName = Type.String({
  pattern: APP_NAME.source,
  'x-expected': '1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter or digit',
});

export const StoredEventSchema = Type.Object({
  uuid: Type.String({ format: 'uuid' }),
  app: Type.String(),
  id: Type.String(),
  event: Type.String(),
  timestamp: Time,
  receivedAt: Time,
  clientTimestamp: Type.Optional(Time),
  user: Type.Optional(Type.String()),
  device: Type.Optional(Type.String()),
  session: Type.Optional(Type.String()),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
