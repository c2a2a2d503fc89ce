/** What visits are, by plain loops over arrays (docs/concepts/visits.md): nothing here is the server's. */
import { isView, type Known } from './reference.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface Visit {
  readonly events: readonly Known[];
  readonly person: string | undefined;
  readonly since: number;
  readonly until: number;
}

const isOfVisit = (event: Known): boolean => !!event.session || (isView(event) && event.person !== undefined);

/** @param events in order */
export function visitsOf(events: readonly Known[]): Visit[] {
  const open = new Map<string, Known[][]>();
  for (const event of events.filter(isOfVisit)) {
    const key = JSON.stringify([event.session ?? '', event.person ?? null]);
    const own = open.get(key) ?? [];
    open.set(key, own);
    const last = own.at(-1);
    const gap = event.session ? DAY_MS : 30 * MINUTE_MS;
    if (last && event.timestamp - last.at(-1)!.timestamp <= gap) last.push(event);
    else own.push([event]);
  }
  return [...open.values()].flat().map((own) => ({
    events: own,
    person: own[0]!.person,
    since: own[0]!.timestamp,
    until: own.at(-1)!.timestamp,
  }));
}

/** The visit of an event: its own, or the one of its user that began last, up to half an hour after its end. */
export function visitOf(event: Known, visits: readonly Visit[]): Visit | undefined {
  if (isOfVisit(event)) return visits.find((visit) => visit.events.includes(event));
  if (event.person === undefined) return undefined;
  const before = visits.filter(({ person, since }) => person === event.person && since <= event.timestamp);
  const [latest] = before.sort((a, b) => b.since - a.since);
  return latest && event.timestamp <= latest.until + 30 * MINUTE_MS ? latest : undefined;
}

const text = (event: Known | undefined, name: string): string => {
  const value = event?.data?.[name];
  return typeof value === 'string' ? value : '';
};

/** The fields that need no table of sites. */
export function fieldsOf(visit: Visit | undefined): Record<string, string> {
  const first = visit?.events[0];
  const host = /^https?:\/\/(?:www\.)?([^/:]+)/.exec(text(first, 'referrer'))?.[1] ?? '';
  return {
    referrerHost: host === text(first, 'host') ? '' : host,
    entryPage: text(first, 'path'),
    exitPage: visit?.events.map((event) => text(event, 'path')).findLast((path) => path !== '') ?? '',
    utmSource: text(first, 'utm_source'),
    utmMedium: text(first, 'utm_medium'),
    utmCampaign: text(first, 'utm_campaign'),
    utmTerm: text(first, 'utm_term'),
    utmContent: text(first, 'utm_content'),
    hostname: text(first, 'host'),
    country: text(first, '$country'),
    region: text(first, '$region'),
    city: text(first, '$city'),
    browser: text(first, '$browser'),
    browserVersion: [text(first, '$browser'), text(first, '$browser') && text(first, '$browserVersion')]
      .filter((each) => each !== '')
      .join(' '),
    os: text(first, '$os'),
    deviceType: text(first, '$deviceType'),
    screen: text(first, 'screen'),
    language: text(first, 'language'),
  };
}
