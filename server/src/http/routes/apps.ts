import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { EVENT_AGE_MAX_DAYS, WEEK_STARTS } from '../../model/app-settings.ts';
import { SeismoError } from '../../model/errors.ts';
import { one } from '../../questions/parts.ts';
import { GOALS_MAX, Goal } from '../../questions/web-schema.ts';
import {
  EVENT_NAMES_PARAMETERS,
  FRESH_PARAMETERS,
  PROPERTIES_PARAMETERS,
  VALUES_PARAMETERS,
} from '../../reports/queries.ts';
import { zoneNamed } from '../../time/zone-spans.ts';
import type { HttpDeps } from '../deps.ts';
import { type Route, route } from '../route.ts';
import { sayAsOf } from './as-of.ts';
import { APP_PATH, Json, Notes, Time } from './schemas.ts';

const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const name = Type.String({ minLength: 1, maxLength: 256 });
const timeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  'x-expected': 'an IANA time zone such as `Europe/Berlin`',
  description: 'An IANA time zone.',
});
const weekStart = one(WEEK_STARTS);
const retentionDays = Type.Integer({ minimum: 1, maximum: EVENT_AGE_MAX_DAYS });
const goals = Type.Array(Goal, {
  minItems: 1,
  maxItems: GOALS_MAX,
  description: 'The goals of the page Web, as `goals` of the question `web`.',
});
const Settings = Type.Object({
  name: Type.Optional(name),
  timeZone: Type.Optional(timeZone),
  weekStart: Type.Optional(weekStart),
  retentionDays: Type.Optional(retentionDays),
  goals: Type.Optional(goals),
});
const SettingsAndDefaults = Type.Object({
  ...Settings.properties,
  defaults: Type.Object(
    { timeZone, weekStart, retentionDays: Type.Optional(retentionDays) },
    {
      description:
        'Of the server configuration: what applies where the app has no setting. No `retentionDays`: events are kept forever.',
    },
  ),
});
const Changes = Type.Object(
  {
    name: nullable(name),
    timeZone: nullable(timeZone),
    weekStart: nullable(weekStart),
    retentionDays: nullable(retentionDays),
    goals: nullable(goals),
  },
  { additionalProperties: false, 'x-error-code': 'APP_SETTINGS_INVALID' },
);
const FreshParameters = Type.Object(FRESH_PARAMETERS);
const seen = { total: Type.Integer(), firstSeen: Time, lastSeen: Time };
const Apps = Type.Array(
  Type.Object({
    app: Type.String(),
    name: Type.Optional(Type.String({ description: 'The display name.' })),
    total: Type.Integer(),
    firstSeen: Type.Optional(Time),
    lastSeen: Type.Optional(Time),
    timeZone: Type.String({ description: 'The time zone that applies: that of the app, or else of the server.' }),
    weekStart,
    goals: Type.Optional(goals),
  }),
);
const EventNames = Type.Array(Type.Object({ id: Type.String(), event: Type.String(), ...seen }));
const Properties = Type.Array(
  Type.Object({
    name: Type.String({ description: 'The name as used in filters.' }),
    total: Type.Integer(),
    types: Type.Array(Type.String()),
    examples: Type.Array(Json),
  }),
);

const Values = Type.Object({
  field: Type.String(),
  values: Type.Array(
    Type.Object({ value: Json, total: Type.Integer({ description: 'Number of events, among those examined.' }) }),
  ),
  more: Type.Boolean({ description: '`true` if there are more values than `limit`.' }),
  events: Type.Integer({ description: 'Number of events examined, newest first.' }),
  sample: Type.Boolean({ description: '`true` if there are older events that were not examined.' }),
  notes: Type.Optional(Notes),
});

export function appRoutes(deps: HttpDeps): readonly Route[] {
  const { analysis, reports, registry, config } = deps;
  const list = (description: string, schema: TSchema) => ({
    access: 'read' as const,
    cors: 'read' as const,
    timed: true,
    answers: { 200: { description, content: { 'application/json': schema } } },
    errors: ['STORE_BEHIND', 'STORE_UNAVAILABLE'] as const,
    method: 'GET' as const,
  });
  const settings = { description: 'The settings of the app.', content: { 'application/json': Settings } };
  return [
    route({
      ...list('The apps. A read key only sees its own app.', Apps),
      url: '/api/apps',
      query: FreshParameters,
      summary: 'List the apps that have events, settings or a key',
      async handler(call) {
        const answer = await reports.apps(call.query, call.control());
        sayAsOf(call.reply, answer);
        const { identity } = call;
        const known = new Map(answer.value.map((each) => [each.app, each]));
        const names = new Set([
          ...known.keys(),
          ...registry.appsWithSettings(),
          ...deps.auth.keys().map(({ app }) => app),
        ]);
        const mine = identity?.kind === 'key' ? [identity.app] : [...names].sort();
        return mine.map((app) => {
          const { name: called, goals: own } = registry.appSettings(app);
          const { timeZone: zone, weekStart: start } = deps.calendarOf(app);
          const summary = known.get(app);
          return {
            app,
            ...(called !== undefined && { name: called }),
            ...(summary ? withTimes(summary) : { total: 0 }),
            timeZone: zone,
            weekStart: start,
            ...(own && { goals: own }),
          };
        });
      },
    }),
    {
      method: 'GET',
      url: '/api/apps/:app',
      params: APP_PATH,
      summary: 'Get the settings of an app, and what applies where it has none',
      access: 'admin',
      answers: {
        200: { description: settings.description, content: { 'application/json': SettingsAndDefaults } },
      },
      async handler({ app }) {
        const { timeZone, weekStart, retentionDays } = config;
        return { ...registry.appSettings(app), defaults: { timeZone, weekStart, retentionDays } };
      },
    },
    route({
      method: 'PATCH',
      url: '/api/apps/:app',
      params: APP_PATH,
      summary: 'Change settings of an app; `null` removes one',
      access: 'admin',
      body: Changes,
      answers: { 200: settings },
      errors: ['STORE_UNAVAILABLE', 'QUESTION_INVALID'],
      audit: 'change app settings',
      async handler({ app, body, audit }) {
        if (body.goals) await analysis.check(app, { kind: 'web', last: '1d', goals: body.goals });
        const settings = await registry.setAppSettings(app, withZone(body));
        audit({ changed: Object.keys(body) });
        return settings;
      },
    }),
    route({
      ...list('Event names with totals, most frequent first.', EventNames),
      url: '/api/apps/:app/events',
      params: APP_PATH,
      query: Type.Object(EVENT_NAMES_PARAMETERS),
      summary: 'List the event names of an app',
      async handler(call) {
        const answer = await reports.eventNames(call.app, call.query, call.control());
        sayAsOf(call.reply, answer);
        return answer.value.map(withTimes);
      },
    }),
    route({
      ...list('Property names with types and examples.', Properties),
      url: '/api/apps/:app/properties',
      params: APP_PATH,
      summary: 'List the properties of an app',
      query: Type.Object(PROPERTIES_PARAMETERS),
      async handler(call) {
        const answer = await reports.properties(call.app, call.query, call.control());
        sayAsOf(call.reply, answer);
        return answer.value;
      },
    }),
    route({
      ...list('The values, and the number of events examined.', Values),
      url: '/api/apps/:app/values',
      params: APP_PATH,
      summary: 'List values of a field, from the newest events',
      query: Type.Object(VALUES_PARAMETERS),
      takesFilters: true,
      async handler(call) {
        const answer = await reports.values(call.app, { ...call.query, filters: call.filters }, call.control());
        sayAsOf(call.reply, answer);
        return answer.value;
      },
    }),
  ];
}

function withTimes<T extends { readonly firstSeen: number; readonly lastSeen: number }>(row: T): object {
  return {
    ...row,
    firstSeen: new Date(row.firstSeen).toISOString(),
    lastSeen: new Date(row.lastSeen).toISOString(),
  };
}

/** The time zone as its list spells it. @throws APP_SETTINGS_INVALID */
function withZone(changes: Static<typeof Changes>): Static<typeof Changes> {
  if (typeof changes.timeZone !== 'string') return changes;
  const zone = zoneNamed(changes.timeZone);
  if (zone === undefined)
    throw new SeismoError(
      'APP_SETTINGS_INVALID',
      '`timeZone` must be an IANA time zone such as `Europe/Berlin`, or `null`.',
      {
        field: 'timeZone',
      },
    );
  return { ...changes, timeZone: zone };
}
