/** Shapes that several folders share. */
import { Type } from '@sinclair/typebox';
import { APP_NAME } from './event.ts';

export const Time = Type.String({ format: 'date-time', description: 'UTC, ISO 8601 with Z.' });
export const Json = Type.Unknown({ description: 'Any JSON value.' });

export const Notes = Type.Array(
  Type.Object({ code: Type.Literal('PROPERTY_NOT_INDEXED'), field: Type.String(), detail: Type.String() }),
  { description: 'What to know about the answer; absent when there is nothing.' },
);

export const AppName = Type.String({
  pattern: APP_NAME.source,
  'x-expected': '1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or a digit',
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
