/** What callers send about users, keys and sign-ins: one schema each, for checks, types and OpenAPI. */
import { type Static, Type } from '@sinclair/typebox';
import { AppName } from '../model/event-schema.ts';
import { PERSONAL_TOKEN, TOKEN_MAX_LENGTH } from './github.ts';
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from './passwords.ts';

export const ROLES = ['admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];
export const SCOPES = ['read', 'write'] as const;
export type KeyScope = (typeof SCOPES)[number];

const EVENTS_PER_SECOND_MAX = 1e6;
const BYTES_PER_SECOND_MAX = 1e9;
const ORIGINS_MAX = 100;
/** They become keys of the registry. */
export const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

const RoleSchema = Type.Unsafe<Role>(Type.Union(ROLES.map((role) => Type.Literal(role))));
const KeyScopeSchema = Type.Unsafe<KeyScope>(Type.Union(SCOPES.map((scope) => Type.Literal(scope))));
/** Bytes are counted when it is stored. */
const password = (description: string) =>
  Type.String({
    minLength: PASSWORD_MIN_LENGTH,
    maxLength: PASSWORD_MAX_BYTES,
    'x-error-code': 'USER_INVALID',
    'x-expected': `a string of at least ${PASSWORD_MIN_LENGTH} characters and at most ${PASSWORD_MAX_BYTES} bytes`,
    description,
  });
const ofUsers = { additionalProperties: false, 'x-error-code': 'USER_INVALID' };

export const NewUser = Type.Object(
  {
    name: Type.String({
      pattern: USER_NAME.source,
      'x-expected': '1 to 64 letters, digits, dots, underscores, hyphens or `@`, starting with a letter or digit',
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
        'x-expected': 'a GitHub personal access token, which starts with `ghp_` or `github_pat_`',
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

/** The longest that SDKs use have 64. */
const KEY_MAX_LENGTH = 256;

export const NewKey = Type.Object(
  {
    app: AppName,
    scope: KeyScopeSchema,
    key: Type.Optional(
      Type.String({
        pattern: `^[!-~]{1,${KEY_MAX_LENGTH}}$`,
        'x-expected': `1 to ${KEY_MAX_LENGTH} visible ASCII characters`,
        description:
          'A key that an SDK sends already, to be accepted as a write key. One that could be guessed needs `origins`. Default: a new random key.',
      }),
    ),
    origins: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: ORIGINS_MAX,
        'x-expected': 'a list of origins such as `https://example.com`',
        description:
          'The origins from which a browser can use a write key, such as `https://example.com`. Default: any.',
      }),
    ),
    eventsPerSecond: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: EVENTS_PER_SECOND_MAX,
        description: 'Rate limit of a write key. Default: 1,000. Bursts of up to three seconds are allowed.',
      }),
    ),
    bytesPerSecond: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: BYTES_PER_SECOND_MAX,
        description:
          'Rate limit of request bodies after decompression, including rejected ones. Default: 4 KiB × `eventsPerSecond`.',
      }),
    ),
    trusted: Type.Optional(
      Type.Boolean({
        description:
          '`true`: a write key that is never public. Its text ids count for the whole app, its events can be of any age, and it can use all event names.',
      }),
    ),
  },
  { additionalProperties: false, 'x-error-code': 'KEY_INVALID' },
);
export type NewKey = Static<typeof NewKey>;
