import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import { api } from '../../api/http.ts';
import type { Operations, QuestionOf } from '../../api/wire.ts';
import { count, short } from '../../components/formats.ts';
import { groupsOf } from './groups.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';
import { dimmed, useAnswer } from './use-answer.ts';

/** As the script tag names it. */
export const PAGE_VIEW = 'page viewed';

/** What page views are looked at by, where they have it; the first always. */
const BY = [
  { property: 'path', label: 'Pages', none: '(none)' },
  { property: 'referrer', label: 'Referrers', none: 'Direct / None' },
  { property: 'utm_source', label: 'Sources', none: '(none)' },
  { property: 'country', label: 'Countries', none: '(unknown)' },
  { property: 'browser', label: 'Browsers', none: '(unknown)' },
] as const;

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
}

/** Which pages were viewed, and where their visitors came from. */
export function PageViews({ app, period, about }: Props) {
  const [label, setLabel] = useState<string>(BY[0].label);
  const { data: properties = [] } = useQuery({
    queryKey: ['properties', app, PAGE_VIEW],
    queryFn: ({ signal }) =>
      api<Operations['getApiAppsAppProperties']['answer']>(`api/apps/${encodeURIComponent(app)}/properties`, {
        signal,
        query: { event: PAGE_VIEW, fresh: false },
      }),
    staleTime: 10 * 60_000,
  });
  const tabs = BY.filter(({ property }, i) => i === 0 || properties.some(({ name }) => name === property)).slice(0, 4);
  const by = tabs.find((tab) => tab.label === label) ?? BY[0];
  const question: QuestionOf<'trend'> = {
    kind: 'trend',
    ...period.whole,
    series: [{ event: PAGE_VIEW }, { event: PAGE_VIEW, measure: 'users' }],
    breakdown: [`data.${by.property}`],
    limit: ROWS,
  };
  return (
    <Section
      title="Page views"
      aside={<ExploreLink app={app} of={`page views: ${by.label}`} chart="table" q={question} />}
    >
      {(seen) => (
        <>
          {tabs.length > 1 && (
            <SegmentedControl
              size="xs"
              data={tabs.map((tab) => tab.label)}
              value={by.label}
              onChange={setLabel}
              aria-label="Page views by"
              style={{ alignSelf: 'flex-start', maxWidth: '100%' }}
            />
          )}
          <Values app={app} question={question} about={`${about} ${by.property}`} none={by.none} seen={seen} />
        </>
      )}
    </Section>
  );
}

interface ValuesProps {
  readonly app: string;
  readonly question: QuestionOf<'trend'>;
  readonly about: string;
  readonly none: string;
  readonly seen: boolean;
}

function Values({ app, question, about, none, seen }: ValuesProps) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const rows = groupsOf(data);
  if (rows.length === 0) return <Nothing>No page views in this period.</Nothing>;
  const most = Math.max(...rows.map(({ totals: [views = 0] }) => views));
  return (
    <Stack gap={2} style={dimmed(isStale)}>
      <Group justify="flex-end" gap={0}>
        <Column>Views</Column>
        <Column>Users</Column>
      </Group>
      {rows.map(({ value = none, totals: [views = 0, users = 0] }) => (
        <Group key={value} wrap="nowrap" gap={0} h={30}>
          <div
            className={classes['share']}
            style={{ flex: 1, minWidth: 0, '--share': `${(views / most) * 100}%` } as CSSProperties}
          >
            <Text size="sm" px={8} lh="30px" truncate title={value}>
              {value}
            </Text>
          </div>
          <Text size="sm" w={64} ta="right" title={`${count(views)} views`}>
            {short(views)}
          </Text>
          <Text size="sm" w={64} ta="right" c="dimmed" title={`${count(users)} users`}>
            {short(users)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

const Column = ({ children }: { children: string }) => (
  <Text size="xs" c="dimmed" fw={500} w={64} ta="right">
    {children}
  </Text>
);
