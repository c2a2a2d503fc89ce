import { Badge, Group, Stack, Text } from '@mantine/core';
import { ago, count, dateTime } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { isYoung, type Known, NEW_DAYS, newsOf } from './news.ts';
import classes from './overview.module.css';
import { Nothing, Pending, ROWS, Section } from './section.tsx';
import { useDaily } from './use-daily.ts';

/** Events never seen before, and events that came every day and have stopped. */
export function WhatsNew({
  app,
  known,
  now,
  timeZone,
}: {
  app: string;
  known: readonly Known[];
  now: number;
  timeZone: string;
}) {
  const { byEvent } = useDaily(app);
  const firstSeen = Math.min(...known.map((one) => Date.parse(one.firstSeen)));
  const news = byEvent && newsOf(known, byEvent, now);
  return (
    <Section title="New & inactive events" height={100}>
      {news === undefined ? (
        <Pending rows={3} />
      ) : news.length === 0 ? (
        <Nothing>
          {isYoung(known, now)
            ? `All events are new: the first one arrived ${ago(firstSeen, now)}. Changes show here once the app is ${NEW_DAYS} days old.`
            : `Nothing unusual in the last ${NEW_DAYS} days.`}
        </Nothing>
      ) : (
        <Stack gap="sm">
          {news.slice(0, ROWS).map((one) => (
            <Group key={`${one.kind} ${one.event}`} gap="sm" wrap="nowrap" align="flex-start">
              <Badge
                w={64}
                variant="light"
                color={one.kind === 'new' ? 'seismo' : 'gray'}
                c={
                  one.kind === 'new'
                    ? 'light-dark(var(--mantine-color-seismo-8), var(--mantine-color-seismo-3))'
                    : 'var(--mantine-color-text)'
                }
                style={{ flex: 'none' }}
              >
                {one.kind === 'new' ? 'New' : 'Inactive'}
              </Badge>
              <div style={{ minWidth: 0 }}>
                <div className={classes['name']} title={one.event}>
                  <AnchorLink
                    to="/apps/$app/explore"
                    params={{ app }}
                    search={{ q: { kind: 'trend', last: '30d', interval: 'day', series: [{ event: one.event }] } }}
                    preload={false}
                    size="sm"
                  >
                    {one.event}
                  </AnchorLink>
                </div>
                <Text size="xs" c="dimmed" title={dateTime(one.at, timeZone)}>
                  {one.kind === 'new'
                    ? `First seen ${ago(one.at, now)} · ${count(one.total)} events`
                    : `${perDay(one.before)} → ${perDay(one.lately)} (last 7 days) · Last seen ${ago(one.at, now)}`}
                </Text>
              </div>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}

const perDay = (n: number): string => `${count(Math.round(n * 10) / 10)}/day`;
