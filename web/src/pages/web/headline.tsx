import { Group, Menu, Paper, Skeleton, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { CSSProperties, ReactNode } from 'react';
import { annotationsQuery } from '../../api/hooks.ts';
import { AnswerChart, preloadCharts } from '../../charts/answer-chart.tsx';
import type { Picked } from '../../charts/types.ts';
import { Change } from '../../components/change.tsx';
import { approx, count, dayRange, isMidnight, time } from '../../components/formats.ts';
import { type Interval, intervalsFor } from '../../components/interval.ts';
import { AnchorLink } from '../../components/links.tsx';
import type { DateRange } from '../../components/range.ts';
import { Failure } from '../../components/states.tsx';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import {
  type Figures,
  figureText,
  GOAL_HEADLINE,
  HEADLINE,
  isEstimate,
  WEB_MEASURES,
  type WebMeasure,
} from '../../components/web-measures.ts';
import { type Goal, headlineQuestion, intervalIn, measureOf, rangeOf, trendOf, type WebResult } from './question.ts';
import type { WebSearch } from './search.ts';
import classes from './web.module.css';

preloadCharts();
const CHART_PX = 300;
const CURRENT_MINUTES = 5;
const CURRENT_MS = 30_000;

interface HeadlineProps {
  readonly app: string;
  readonly search: WebSearch;
  readonly goal: Goal | undefined;
  onMeasure(measure: WebMeasure): void;
  onInterval(interval: Interval): void;
  onRange(range: DateRange): void;
}

/** The numbers of the range compared with an earlier one; the one that is chosen is drawn over time. */
export function Headline({ app, search, goal, onMeasure, onInterval, onRange }: HeadlineProps) {
  const shown: readonly WebMeasure[] = goal ? GOAL_HEADLINE : HEADLINE;
  const measure = measureOf(search, shown);
  const question = headlineQuestion(search, goal);
  const { data, error, retry, isStale } = useAnswer(app, question, JSON.stringify(question));
  const current = useAnswer(
    app,
    {
      kind: 'web',
      last: `${CURRENT_MINUTES}min`,
      current: true,
      ...(search.filters && { filters: search.filters }),
    },
    'now',
    true,
    CURRENT_MS,
  );
  const { data: annotations } = useQuery({
    ...annotationsQuery(app, { ...(data && { from: data.from, to: data.to }) }),
    enabled: data !== undefined,
  });
  if (error) return <Failure error={error} onRetry={retry} />;
  const { totals, compare } = data?.result ?? {};
  const before = compare?.soFar?.totals ?? compare?.totals;
  const explore = trendOf(search, measure);
  const zoom = ({ from, to }: Picked): void => {
    const days = data && daysIn(question.interval, from, to, data.timeZone);
    if (days) onRange({ ...days, ...(search.timeZone !== undefined && { timeZone: search.timeZone }) });
  };
  return (
    <Paper component="section" withBorder p="md" aria-label="Numbers">
      <div className={classes['tiles']} style={dimmed(isStale)} aria-busy={isStale}>
        {shown.map((name) => (
          <Tile
            key={name}
            measure={name}
            now={totals}
            before={before}
            isShown={name === measure}
            onShow={() => onMeasure(name)}
          />
        ))}
        <div className={classes['tile']}>
          <TileText
            label="Current visitors"
            value={current.data && count(current.data.result.currentVisitors ?? 0)}
            note={`last ${CURRENT_MINUTES} minutes`}
          />
        </div>
      </div>
      <Group justify="space-between" mih={24} gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed" className={classes['against'] ?? ''}>
          {compare && data && <>vs {earlierText(compare, data.timeZone)}</>}
        </Text>
        <Group gap="sm" wrap="nowrap">
          <IntervalMenu range={rangeOf(search)} value={intervalIn(search)} onChange={onInterval} />
          {explore && (
            <AnchorLink
              to="/apps/$app/explore"
              params={{ app }}
              search={{ q: explore, chart: 'line' }}
              preload={false}
              size="xs"
              aria-label={`Explore: ${WEB_MEASURES[measure].label}`}
            >
              Explore
            </AnchorLink>
          )}
        </Group>
      </Group>
      {data ? (
        <div style={{ ...dimmed(isStale), minHeight: CHART_PX }} aria-busy={isStale}>
          <AnswerChart
            question={question}
            answer={data}
            chart="area"
            measure={measure}
            height={CHART_PX}
            {...(annotations && { annotations })}
            onPick={zoom}
          />
        </div>
      ) : (
        <Skeleton h={CHART_PX} />
      )}
    </Paper>
  );
}

const INTERVALS: Readonly<Record<Interval, string>> = {
  minute: 'Minutes',
  hour: 'Hours',
  day: 'Days',
  week: 'Weeks',
  month: 'Months',
};

interface IntervalMenuProps {
  readonly range: DateRange;
  readonly value: Interval;
  onChange(interval: Interval): void;
}

/** Nothing where there is no choice. */
function IntervalMenu({ range, value, onChange }: IntervalMenuProps) {
  const intervals = intervalsFor(range);
  if (intervals.length < 2) return null;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes['tab']} aria-label={`Interval: ${INTERVALS[value]}`}>
          {INTERVALS[value]}
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {intervals.map((interval) => (
          <Menu.Item key={interval} onClick={() => onChange(interval)}>
            {INTERVALS[interval]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface TileProps {
  readonly measure: WebMeasure;
  readonly now: Figures | undefined;
  readonly before: Figures | undefined;
  readonly isShown: boolean;
  onShow(): void;
}

function Tile({ measure, now, before, isShown, onShow }: TileProps) {
  const { label, unit, isBad = false } = WEB_MEASURES[measure];
  const value = now?.[measure];
  const earlier = before?.[measure];
  const isApprox = before !== undefined && isEstimate(before, measure);
  return (
    <UnstyledButton className={classes['tile']} aria-pressed={isShown} onClick={onShow}>
      <TileText
        label={label}
        value={now && figureText(now, measure, 'short')}
        title={now && figureText(now, measure)}
        note={
          typeof value === 'number' &&
          typeof earlier === 'number' && (
            <>
              <Change now={value} before={earlier} isBad={isBad} format={unit.format} />{' '}
              <span style={{ whiteSpace: 'nowrap' }}>vs {approx(isApprox, unit.short(earlier))}</span>
            </>
          )
        }
      />
    </UnstyledButton>
  );
}

interface TileTextProps {
  readonly label: string;
  /** undefined: not known yet */
  readonly value: string | undefined;
  readonly title?: string | undefined;
  readonly note?: ReactNode;
}

function TileText({ label, value, title, note }: TileTextProps) {
  return (
    <>
      <Text component="span" display="block" size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <span
        className={classes['number']}
        style={{ '--letters': [...(value ?? '')].length || 1 } as CSSProperties}
        data-number
        {...(value !== undefined && { 'data-tile': label, title })}
      >
        {value ?? (
          <Skeleton component="span" display="inline-block" h={24} w={80} style={{ verticalAlign: 'middle' }} />
        )}
      </span>
      <Text component="span" display="block" size="xs" c="dimmed" lh="18px" mih={18}>
        {value !== undefined && note}
      </Text>
    </>
  );
}

/** `Oct 27 – Nov 25`, and up to when, while the range is running. */
function earlierText({ from, to, soFar }: NonNullable<WebResult['compare']>, timeZone: string): string {
  const days = dayRange(from, Date.parse(soFar?.to ?? to) - 1, timeZone);
  return soFar && !isMidnight(soFar.to, timeZone) ? `${days}, until ${time(soFar.to, timeZone)}` : days;
}

/** The days of a bucket of the chart; shorter ones are not zoomed into. */
function daysIn(interval: string | undefined, from: string | undefined, to: string | undefined, timeZone: string) {
  if (from === undefined || to === undefined || interval === 'hour' || interval === 'minute') return undefined;
  const day = (at: number): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);
  return { from: day(Date.parse(from)), to: day(Date.parse(to) - 1) };
}
