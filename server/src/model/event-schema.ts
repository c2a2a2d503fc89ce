/** Shapes of answers that HTTP and the analysis share. */
import { Type } from '@sinclair/typebox';

export const Time = Type.String({ format: 'date-time', description: 'UTC, ISO 8601 with Z.' });
export const Json = Type.Unknown({ description: 'Any JSON value.' });

export const Notes = Type.Array(
  Type.Object({ code: Type.Literal('PROPERTY_NOT_INDEXED'), field: Type.String(), detail: Type.String() }),
  { description: 'What to know about the answer; absent when there is nothing.' },
);

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
