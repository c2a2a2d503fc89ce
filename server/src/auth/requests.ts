/** What callers send about users, keys and signing in: one schema each, from which checks, types and OpenAPI come. */
import { type Static, Type } from '@sinclair/typebox';
import { AppName } from '../model/event-schema.ts';
import { PERSONAL_TOKEN, TOKEN_MAX_LENGTH } from './github.ts';
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from './passwords.ts';

export const ROLES = ['admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

const EVENTS_PER_SECOND_MAX = 1e6;
const BYTES_PER_SECOND_MAX = 1e9;
const ORIGINS_MAX = 100;
/** Registry keys are made of them. */
export const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

const RoleSchema = Type.Unsafe<Role>(Type.Union(ROLES.map((role) => Type.Literal(role))));
const ScopeSchema = Type.Unsafe<Scope>(Type.Union(SCOPES.map((scope) => Type.Literal(scope))));
/** The bytes are counted when it is stored. */
const password = (description: string) =>
  Type.String({
    minLength: PASSWORD_MIN_LENGTH,
    maxLength: PASSWORD_MAX_BYTES,
    'x-error-code': 'USER_INVALID',
    'x-expected': `a text of ${PASSWORD_MIN_LENGTH} characters or more, and of at most ${PASSWORD_MAX_BYTES} bytes`,
    description,
  });
const ofUsers = { additionalProperties: false, 'x-error-code': 'USER_INVALID' };

export const NewUser = Type.Object(
  {
    name: Type.String({
      pattern: USER_NAME.source,
      'x-expected': '1 to 64 of A-Z a-z 0-9 . _ @ - beginning with a letter or a digit',
    }),
    password: password(`${PASSWORD_MIN_LENGTH} characters to ${PASSWORD_MAX_BYTES} bytes.`),
    role: Type.Optional(RoleSchema),
  },
  ofUsers,
);
export type NewUser = Static<typeof NewUser>;

export const UserChange = Type.Object(
  {
    password: Type.Optional(password('The sessions of the user end.')),
    role: Type.Optional(RoleSchema),
  },
  { ...ofUsers, minProperties: 1, 'x-expected': 'an object with a new password, a new role, or both' },
);
export type UserChange = Static<typeof UserChange>;

export const SignIn = Type.Object(
  {
    username: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    token: Type.Optional(
      Type.String({
        pattern: PERSONAL_TOKEN.source,
        maxLength: TOKEN_MAX_LENGTH,
        'x-expected': 'a personal access token of GitHub: it begins with ghp_ or github_pat_',
        description: 'A GitHub personal access token, instead of name and password.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const NewPassword = Type.Object(
  { present: Type.String(), password: password('The new one.') },
  { additionalProperties: false },
);

export const NewKey = Type.Object(
  {
    app: AppName,
    scope: ScopeSchema,
    origins: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: ORIGINS_MAX,
        'x-expected': 'a list of origins like "https://example.com"',
        description: 'Where a browser may use a write key, like `https://example.com`.',
      }),
    ),
    eventsPerSecond: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: EVENTS_PER_SECOND_MAX,
        description: '1,000 unless set. A second of them at once, and two in debt.',
      }),
    ),
    bytesPerSecond: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: BYTES_PER_SECOND_MAX,
        description: 'Of bodies, inflated, refused ones too. 4 KiB an event of the rate unless set.',
      }),
    ),
    trusted: Type.Optional(
      Type.Boolean({
        description:
          'A write key that is in no page: its text ids count for the whole app, its events may be of any time, and it may use all names.',
      }),
    ),
  },
  { additionalProperties: false, 'x-error-code': 'KEY_INVALID' },
);
export type NewKey = Static<typeof NewKey>;
