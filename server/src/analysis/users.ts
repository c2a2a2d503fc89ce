import type { EventRow } from '../model/event.ts';
import { eventToJson } from '../model/event.ts';
import { fittingPage } from '../model/fitting-page.ts';
import type { JsonValue, QueryControl } from '../model/query.ts';
import type { Traits } from '../model/traits.ts';
import { wrong } from '../questions/check.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { column, iso, type KindResult } from './answer.ts';
import type { Resolved } from './scope.ts';

const USERS = 100;
const EVENTS = 100;

/** An event as returned by `GET /api/events/:app`. */
export interface AnsweredEvent {
  readonly uuid: string;
  readonly app: string;
  readonly id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly receivedAt: string;
  readonly clientTimestamp?: string;
  readonly user?: string;
  readonly device?: string;
  readonly session?: string;
  readonly data?: { readonly [name: string]: JsonValue };
}

export interface UsersAnswer {
  /** All that match, on this page or not. */
  readonly total: number;
  readonly users: readonly {
    /** Absent: the device does not belong to a known user. */
    readonly user?: string;
    readonly device?: string;
    /** Within the range, like the other fields. */
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly events: number;
    readonly last: AnsweredEvent;
    /** What all `$identify` of the user say together. */
    readonly traits?: Traits;
  }[];
}

export async function users(
  store: AnalysisStore,
  question: QuestionOf<'users'>,
  { scope }: Resolved,
  control: QueryControl,
): Promise<KindResult<UsersAnswer>> {
  const { search, sort = 'lastSeen', order = 'desc', limit = USERS, offset = 0 } = question;
  const found = await store.users({ ...scope, search, sort, order, limit, offset }, control);
  const result: UsersAnswer = {
    total: found.total,
    users: found.users.map(({ firstSeen, lastSeen, last, ...person }) => ({
      ...person,
      firstSeen: iso(firstSeen),
      lastSeen: iso(lastSeen),
      last: answered(last),
    })),
  };
  return {
    exact: true,
    skipped: 0,
    result,
    columns: [
      column('user', 'text'),
      column('device', 'text'),
      column('firstSeen', 'time'),
      column('lastSeen', 'time'),
      column('events', 'number'),
      column('lastEvent', 'text'),
      column('lastData', 'json'),
      column('traits', 'json'),
    ],
    rows: () =>
      result.users.map(({ user, device, firstSeen, lastSeen, events, last, traits }) => [
        user,
        device,
        firstSeen,
        lastSeen,
        events,
        last.event,
        last.data,
        traits,
      ]),
  };
}

const answered = (event: Parameters<typeof eventToJson>[0]): AnsweredEvent => JSON.parse(eventToJson(event));

export interface TimelineAnswer {
  readonly events: readonly AnsweredEvent[];
  /** For `after`, when there is more. */
  readonly next?: string;
}

/** @throws QUESTION_INVALID */
export async function timeline(
  store: AnalysisStore,
  question: QuestionOf<'timeline'>,
  { scope }: Resolved,
  control: QueryControl,
): Promise<KindResult<TimelineAnswer>> {
  const { user, device, order = 'desc', limit = EVENTS } = question;
  if (user === undefined && device === undefined)
    throw wrong('user', '`user` is missing. Send `user` or `device`: a timeline shows one user or device.');
  if (user !== undefined && device !== undefined)
    throw wrong('device', "`user` and `device` can't be combined. Send one of them.");
  if (question.segment !== undefined)
    throw wrong('segment', "`segment` can't be used in a timeline, which shows one user. Remove it.");
  const { app, range, filters } = scope;
  const person = user !== undefined ? { user } : { device: device! };
  const query = { app, range, filters, person, order, after: placeOf(question.after) };
  // As many events as were asked for, or fewer where they are too large together: `next` leads on.
  const { page: rows, limit: asked } = await fittingPage(limit, (fewer) =>
    store.timeline({ ...query, limit: fewer }, control),
  );
  const last = rows.at(-1);
  const result: TimelineAnswer = {
    events: rows.map(answered),
    ...(last && rows.length === asked && { next: nextOf(last) }),
  };
  const names = ['timestamp', 'event', 'id', 'user', 'device', 'session', 'uuid', 'data'] as const;
  return {
    exact: true,
    skipped: 0,
    result,
    columns: names.map((name) => column(name, name === 'data' ? 'json' : name === 'timestamp' ? 'time' : 'text')),
    rows: () => result.events.map((event) => names.map((name) => event[name])),
  };
}

const nextOf = ({ timestamp, seq }: EventRow): string => `${timestamp}.${seq}`;

function placeOf(after: string | undefined): { timestamp: number; seq: string } | undefined {
  if (after === undefined) return undefined;
  const [, timestamp, seq] = /^(\d{1,14})\.(\d{1,20}-[0-9a-f]{32})$/.exec(after) ?? [];
  if (timestamp === undefined || seq === undefined)
    throw wrong('after', '`after` must be the `next` of an earlier page.');
  return { timestamp: Number(timestamp), seq };
}
