import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import { api } from '../../api/http.ts';
import type { Operations, QuestionOf } from '../../api/wire.ts';
import { approx, count, percent, short } from '../../components/formats.ts';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import { groupsOf } from './groups.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';
import { sourcesOf, visitsQuestion } from './sources.ts';

/** As the script tag names it. */
export const PAGE_VIEW = 'page viewed';
const SOURCES = 'Sources';

/** The properties to break page views down by, where they exist; the first always. */
const BY = [
  { property: 'path', label: 'Pages', none: '(none)' },
  { property: 'country', label: 'Countries', none: '(unknown)' },
  { property: 'browser', label: 'Browsers', none: '(unknown)' },
] as const;
const TABS_MAX = 4;

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
}

/** Which pages were viewed, and where visits came from. */
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
  const has = (property: string): boolean => properties.some(({ name }) => name === property);
  const fields = (['utm_source', 'referrer'] as const).filter(has);
  const tabs = [
    BY[0].label,
    ...(fields.length > 0 ? [SOURCES] : []),
    ...BY.slice(1).flatMap((by) => (has(by.property) ? [by.label] : [])),
  ].slice(0, TABS_MAX);
  const shown = tabs.includes(label) ? label : BY[0].label;
  const by = BY.find((one) => one.label === shown) ?? BY[0];
  const views: QuestionOf<'trend'> = {
    kind: 'trend',
    ...period.whole,
    series: [{ event: PAGE_VIEW }, { event: PAGE_VIEW, measure: 'users' }],
    breakdown: [`data.${by.property}`],
    limit: ROWS,
  };
  const visits = visitsQuestion(PAGE_VIEW, period.whole, fields);
  return (
    <Section
      title="Page views"
      aside={
        shown === SOURCES ? (
          <ExploreLink app={app} of="visits by source" chart="table" q={visits} />
        ) : (
          <ExploreLink app={app} of={`page views: ${by.label}`} chart="table" q={views} />
        )
      }
    >
      {(seen) => (
        <>
          {tabs.length > 1 && (
            <SegmentedControl
              size="xs"
              data={tabs}
              value={shown}
              onChange={setLabel}
              aria-label="Page views by"
              style={{ alignSelf: 'flex-start', maxWidth: '100%' }}
            />
          )}
          {shown === SOURCES ? (
            <Sources app={app} question={visits} about={`${about} ${fields}`} seen={seen} />
          ) : (
            <Values app={app} question={views} about={`${about} ${by.property}`} none={by.none} seen={seen} />
          )}
        </>
      )}
    </Section>
  );
}

interface ValuesProps<Q> {
  readonly app: string;
  readonly question: Q;
  readonly about: string;
  readonly seen: boolean;
}

function Values({ app, question, about, none, seen }: ValuesProps<QuestionOf<'trend'>> & { readonly none: string }) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const rows = groupsOf(data).map(
    ({ value = none, totals: [views = 0, users = 0], estimated }): BarRow => ({
      name: value,
      size: views,
      cells: [
        { text: short(views), title: `${count(views)} views` },
        { text: approx(estimated[1], short(users)), title: `${approx(estimated[1], count(users))} users` },
      ],
    }),
  );
  return <Bars columns={['Views', 'Users']} rows={rows} isStale={isStale} />;
}

/** Each visit counts once, by its first page. */
function Sources({ app, question, about, seen }: ValuesProps<QuestionOf<'sessions'>>) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const rows = sourcesOf(data)
    .slice(0, ROWS)
    .map(({ name, visits }): BarRow => {
      const share = percent(visits / data.result.sessions);
      return {
        name,
        size: visits,
        cells: [
          { text: short(visits), title: `${count(visits)} visits` },
          { text: share, title: `${share} of all visits` },
        ],
      };
    });
  return <Bars columns={['Visits', 'Share']} rows={rows} isStale={isStale} />;
}

interface BarRow {
  readonly name: string;
  readonly size: number;
  readonly cells: readonly { readonly text: string; readonly title: string }[];
}

function Bars({ columns, rows, isStale }: { columns: readonly string[]; rows: readonly BarRow[]; isStale: boolean }) {
  if (rows.length === 0) return <Nothing>No page views in this period.</Nothing>;
  const most = Math.max(...rows.map(({ size }) => size));
  return (
    <Stack gap={2} style={dimmed(isStale)}>
      <Group justify="flex-end" gap={0}>
        {columns.map((column) => (
          <Column key={column}>{column}</Column>
        ))}
      </Group>
      {rows.map(({ name, size, cells }) => (
        <Group key={name} wrap="nowrap" gap={0} h={30}>
          <div
            className={classes['share']}
            style={{ flex: 1, minWidth: 0, '--share': `${(size / most) * 100}%` } as CSSProperties}
          >
            <Text size="sm" px={8} lh="30px" truncate title={name}>
              {name}
            </Text>
          </div>
          {cells.map(({ text, title }, i) => (
            <Text key={title} size="sm" w={64} ta="right" title={title} {...(i > 0 && { c: 'dimmed' })}>
              {text}
            </Text>
          ))}
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
