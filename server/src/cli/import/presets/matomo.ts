import { numberAt, objectsAt, pageOf, renamed, textAt } from './fields.ts';
import { type Cells, PAGE_VIEWED, type Preset } from './preset.ts';

const CONTEXT = {
  countryCode: '$country',
  region: '$region',
  city: '$city',
  deviceType: '$device_type',
  operatingSystemName: '$os',
  browserName: '$browser',
  languageCode: '$language',
};
/** Properties of the visit: its first action has them, as a page view of Seismo's script does. */
const SOURCE = {
  referrerUrl: 'referrer',
  referrerTypeName: '$referrer_type',
  referrerName: '$referrer_name',
  campaignName: 'utm_campaign',
  campaignSource: 'utm_source',
  campaignMedium: 'utm_medium',
  campaignKeyword: 'utm_term',
  campaignContent: 'utm_content',
};
const MORE = {
  eventCategory: 'category',
  eventName: 'name',
  eventValue: 'value',
  goalName: 'goal',
  revenue: 'revenue',
  orderId: 'order',
  siteSearchKeyword: 'keyword',
  siteSearchCategory: 'category',
  timeSpent: 'seconds',
  contentName: 'content',
  itemDetails: 'items',
};
const NAMES: Readonly<Record<string, string>> = {
  action: PAGE_VIEWED,
  download: 'file downloaded',
  outlink: 'outbound link clicked',
  search: 'site searched',
  ecommerceOrder: 'order completed',
  ecommerceAbandonedCart: 'cart abandoned',
  content: 'content seen',
  goal: 'goal reached',
};

/** Visits of `Live.getLastVisitsDetails` as JSON. Each of their `actionDetails` is an event. */
export const matomo: Preset = {
  standardInput: 'json',
  tiesDevices: true,
  *events(row, { time }) {
    const visit = textAt(row, 'idVisit');
    const context = renamed(row, CONTEXT);
    for (const [i, action] of objectsAt(row, 'actionDetails').entries()) {
      const type = textAt(action, 'type') ?? 'action';
      const event = type === 'event' ? textAt(action, 'eventAction') : type === 'goal' ? goalOf(action) : NAMES[type];
      const url = textAt(action, 'url');
      const isPage = event === PAGE_VIEWED;
      yield {
        event: event ?? type,
        user: textAt(row, 'userId'),
        device: textAt(row, 'visitorId'),
        session: visit,
        timestamp: time(numberAt(action, 'timestamp') ?? row['serverTimestamp'] ?? row['firstActionTimestamp']),
        uuid: `matomo ${textAt(row, 'idSite') ?? ''} ${visit ?? ''} ${i}`,
        data: {
          ...context,
          ...(i === 0 && renamed(row, SOURCE)),
          ...(isPage ? pageOf(url, undefined, textAt(action, 'pageTitle')) : url !== undefined && { url }),
          ...numbers(renamed(action, MORE)),
        },
      };
    }
  },
};

const goalOf = (action: Cells): string => textAt(action, 'goalName') ?? NAMES['goal']!;

/** Matomo writes some numbers as strings. */
const numbers = (values: Cells): Cells =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      (name === 'value' || name === 'revenue' || name === 'seconds') &&
      typeof value === 'string' &&
      value.trim() !== '' &&
      Number.isFinite(Number(value))
        ? Number(value)
        : value,
    ]),
  );
