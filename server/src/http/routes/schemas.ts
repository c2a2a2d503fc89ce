import { type TString, Type } from '@sinclair/typebox';
import { ROLES } from '../../auth/requests.ts';
import { AppName, Time } from '../../model/event-schema.ts';
import { FILTER_MAX_LENGTH } from '../../reports/filters.ts';

export { Json, Notes, StoredEventSchema, Time } from '../../model/event-schema.ts';

export const RoleSchema = Type.Union(ROLES.map((role) => Type.Literal(role)));
/** The answer to a sign-in. */
export const SignedInSchema = Type.Object({
  token: Type.String(),
  expiresAt: Time,
  user: Type.String(),
  role: RoleSchema,
});

/** Part of a path. */
export const AppPathName: TString = { ...AppName, 'x-error-code': 'APP_NAME_INVALID' };
/** A longer part of a path is NOT_FOUND before any route is considered. */
export const PATH_PART_MAX_LENGTH = 300;
/** The id of a saved item. */
export const SavedPathId = Type.String({
  pattern: '^[0-9a-f]{12}$',
  'x-expected': '12 hexadecimal digits',
  'x-error-code': 'SAVED_UNKNOWN',
});
export const APP_PATH = Type.Object({ app: AppPathName });
/** For routes that explicitly accept no parameters. */
export const NO_PARAMETERS = Type.Object({});

const text = (description: string) => Type.Optional(Type.String({ maxLength: FILTER_MAX_LENGTH, description }));

/** The filters of a query string, for the document: names can have operators, and any property is possible (reports/filters.ts). */
export const FILTERS = Type.Object({
  event: text('The name of the event.'),
  id: text('The id of the event.'),
  user: text('The user.'),
  device: text('The anonymous id.'),
  session: text('The session.'),
  uuid: text('The uuid of the event.'),
  'data.NAME': text(
    'Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`.',
  ),
  filters: text(
    'Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`.',
  ),
});
