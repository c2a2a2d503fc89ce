import { Table } from '@mantine/core';
import { Sparkline } from '../../charts/sparkline.tsx';
import { Change } from '../../components/change.tsx';
import { earlierOf } from '../../components/earlier.ts';
import { count, short } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { isSystemEvent } from '../../components/system-events.ts';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';
import { useDaily } from './use-daily.ts';

const SYSTEM_EVENTS_MAX = 2;

/** The most frequent events of the range, their change, and their course over the last weeks. */
export function TopEvents({ app, period, about }: { app: string; period: Period; about: string }) {
  const { data, error, retry, isStale } = useAnswer(
    app,
    {
      kind: 'trend',
      ...period.whole,
      series: [{}],
      breakdown: ['event'],
      // System events are not shown.
      limit: ROWS + SYSTEM_EVENTS_MAX,
      compare: 'previousPeriod',
    },
    about,
  );
  const { byEvent } = useDaily(app);
  const rows = data?.result.series.flatMap(({ group, total, compare }) => {
    const key = group === 'other' ? undefined : group?.[0];
    return key !== undefined && 'value' in key && typeof key.value === 'string' && !isSystemEvent(key.value)
      ? [{ event: key.value, now: total ?? 0, before: compare ? (earlierOf(compare).total ?? 0) : 0 }]
      : [];
  });
  return (
    <Section
      title="Top events"
      aside={
        <ExploreLink
          app={app}
          of="top events"
          chart="bar"
          q={{ kind: 'trend', ...period.whole, interval: period.interval, series: [{}], breakdown: ['event'] }}
        />
      }
    >
      {rows === undefined ? (
        <Pending error={error} onRetry={retry} />
      ) : rows.length === 0 ? (
        <Nothing>No events in this period.</Nothing>
      ) : (
        <Table className={classes['table']} highlightOnHover style={dimmed(isStale)} verticalSpacing={0}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Event</Table.Th>
              <Table.Th w={140} className={classes['spark']}>
                Last 4 weeks
              </Table.Th>
              <Table.Th w={76} ta="right">
                Events
              </Table.Th>
              <Table.Th w={96} ta="right">
                Change
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, ROWS).map(({ event, now, before }) => (
              <Table.Tr key={event}>
                <Table.Td className={classes['name']} title={event}>
                  <AnchorLink
                    to="/apps/$app/explore"
                    params={{ app }}
                    search={{ q: { kind: 'trend', ...period.whole, interval: period.interval, series: [{ event }] } }}
                    preload={false}
                    size="sm"
                  >
                    {event}
                  </AnchorLink>
                </Table.Td>
                <Table.Td className={classes['spark']}>
                  <Sparkline isLastRunning values={byEvent?.get(event) ?? []} label={`${event}: daily, last 4 weeks`} />
                </Table.Td>
                <Table.Td ta="right" title={count(now)}>
                  {short(now)}
                </Table.Td>
                <Table.Td ta="right">
                  <Change now={now} before={before} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
