import type { SqlSearch } from './search.ts';

export interface Example {
  readonly label: string;
  readonly sql: string;
  readonly chart?: NonNullable<SqlSearch['chart']>;
}

/** Each works for any app. */
export const EXAMPLES: readonly Example[] = [
  {
    label: 'Events and users by event',
    sql: `SELECT event, count() AS events, uniqExact(person) AS users
FROM events
GROUP BY event
ORDER BY events DESC, event
LIMIT 20`,
  },
  {
    label: 'Events by day',
    chart: 'bar',
    sql: `SELECT toStartOfDay(timestamp) AS day, count() AS events, uniqExact(person) AS users
FROM events
GROUP BY day
ORDER BY day`,
  },
  {
    label: 'Busiest hours of the week',
    sql: `SELECT toDayOfWeek(timestamp) AS weekday, toHour(timestamp) AS hour, count() AS events
FROM events
GROUP BY weekday, hour
ORDER BY events DESC
LIMIT 24`,
  },
  {
    label: 'Most active users',
    sql: `SELECT user, count() AS events, uniqExact(event) AS kinds, max(timestamp) AS latest
FROM events
WHERE user != ''
GROUP BY user
ORDER BY events DESC, user
LIMIT 50`,
  },
  {
    label: 'Users by number of events',
    chart: 'bar',
    sql: `WITH each AS (SELECT person, count() AS events FROM events GROUP BY person)
SELECT multiIf(events = 1, '1', events < 10, '2 to 9', events < 100, '10 to 99', '100 and more') AS size, count() AS users
FROM each
GROUP BY size
ORDER BY min(events)`,
  },
];
