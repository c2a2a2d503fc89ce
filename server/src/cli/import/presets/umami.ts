import { renamed, textAt } from './fields.ts';
import { PAGE_VIEWED, type Preset } from './preset.ts';

const CONTEXT = {
  hostname: 'host',
  url_path: 'path',
  page_title: 'title',
  utm_source: 'utm_source',
  utm_medium: 'utm_medium',
  utm_campaign: 'utm_campaign',
  utm_content: 'utm_content',
  utm_term: 'utm_term',
  browser: '$browser',
  os: '$os',
  device: '$device_type',
  screen: '$screen',
  language: '$language',
  country: '$country',
  region: '$region',
  subdivision1: '$region',
  city: '$city',
  tag: '$tag',
};

/** Rows of `website_event.csv`, as Umami exports a website's data. A session is a browser for a month, a visit is half an hour of it. */
export const umami: Preset = {
  standardInput: 'csv',
  tiesDevices: true,
  *events(row, { time }) {
    const uuid = textAt(row, 'event_id');
    const path = textAt(row, 'url_path');
    // Rows of event_data.csv and session_data.csv also have the id of an event or a session, but no visit.
    if (uuid === undefined || textAt(row, 'visit_id') === undefined || row['data_key'] !== undefined) return;
    const domain = textAt(row, 'referrer_domain');
    yield {
      event: textAt(row, 'event_name') ?? PAGE_VIEWED,
      user: textAt(row, 'distinct_id'),
      device: textAt(row, 'session_id'),
      session: textAt(row, 'visit_id'),
      timestamp: time(row['created_at']),
      uuid,
      data: {
        ...utmOf(textAt(row, 'url_query')),
        ...renamed(row, CONTEXT),
        ...(path !== undefined && { path }),
        ...(domain !== undefined && { referrer: `https://${domain}${textAt(row, 'referrer_path') ?? ''}` }),
      },
    };
  },
};

const utmOf = (query: string | undefined): Record<string, string> =>
  Object.fromEntries([...new URLSearchParams(query)].filter(([name]) => name.startsWith('utm_')));
