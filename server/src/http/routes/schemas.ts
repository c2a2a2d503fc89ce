import { Type } from '@sinclair/typebox';
import { ROLES } from '../../auth/auth.ts';
import { Time } from '../../model/event-schema.ts';
import type { Parameter } from '../route.ts';

export { Json, Notes, StoredEventSchema, Time } from '../../model/event-schema.ts';

const text = (name: string, description: string): Parameter => ({ name, description, schema: Type.String() });

export const RoleSchema = Type.Union(ROLES.map((role) => Type.Literal(role)));
/** The answer to a sign-in. */
export const SignedInSchema = Type.Object({
  token: Type.String(),
  expiresAt: Time,
  user: Type.String(),
  role: RoleSchema,
});

/** Filters that combine (API.md, Reading). */
export const FILTERS: readonly Parameter[] = [
  text('event', 'The name of the event.'),
  text('id', 'The id of the event.'),
  text('user', 'Who.'),
  text('device', 'The anonymous id.'),
  text('session', 'The session.'),
  text('uuid', 'The identity of the event.'),
  text(
    'data.NAME',
    'Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`.',
  ),
  text(
    'filters',
    'The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`.',
  ),
];
export const FRESH: Parameter = {
  name: 'fresh',
  description: '`true` (default): what was acknowledged before the question is in the answer. `false` never waits.',
  schema: Type.Boolean(),
};
export const CALENDAR: readonly Parameter[] = [
  text('timeZone', "An IANA zone; else the app's, else the configuration's."),
  {
    name: 'weekStart',
    description: 'Else as the time zone.',
    schema: Type.Union([Type.Literal('sunday'), Type.Literal('monday')]),
  },
];
export const FROM_TO: readonly Parameter[] = [
  text('from', 'A day, or a time; a time without offset is in the zone of the question.'),
  text('to', 'A day is included, a time excluded.'),
];
export const EXACT: Parameter = {
  name: 'exact',
  description: '`true` asks for exact distinct users instead of a sketch.',
  schema: Type.Boolean(),
};
export const CSV_SAFE: Parameter = text(
  'csvSafe',
  '`true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again.',
);
export const parameter = text;
