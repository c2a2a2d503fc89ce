import { Group, Paper, Skeleton, Text, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { preloadCharts } from '../../charts/answer-chart.tsx';
import { QuestionView } from '../../charts/question-view.tsx';
import { Change } from '../../components/change.tsx';
import { earlierOf } from '../../components/earlier.ts';
import { approx, count, short } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import classes from './overview.module.css';
import { chartQuestion, type Measure, type Period } from './period.ts';
import { ExploreLink } from './section.tsx';

preloadCharts();
const CHART_PX = 280;
const ACTIVE_MINUTES = 5;
/** More lines where tiles are narrow, so that nothing moves when the note appears. */
const NOTE_PX = { base: 54, xl: 36 };

/** The totals of the range compared with the one before, and over time. */
export function Numbers({ app, period, about }: { app: string; period: Period; about: string }) {
  const [measure, setMeasure] = useState<Measure>('count');
  const { data, error, retry, isStale } = useAnswer(
    app,
    { kind: 'trend', ...period.whole, series: [{}, { measure: 'users' }], compare: 'previousPeriod' },
    about,
  );
  const active = useAnswer(app, { kind: 'trend', last: `${ACTIVE_MINUTES}min`, series: [{ measure: 'users' }] }, 'now');
  const chart = chartQuestion(period, measure);
  if (error) return <Failure error={error} onRetry={retry} />;
  const [events, users] = data?.result.series ?? [];
  const [eventsBefore, usersBefore] = [events, users].map((one) => one?.compare && earlierOf(one.compare));
  const against = eventsBefore && period.against(eventsBefore);
  const each = (n: number | null | undefined, by: number | null | undefined): number | undefined =>
    n && by ? n / by : undefined;
  return (
    <Paper component="section" withBorder p="md" aria-label="Numbers">
      <div className={classes['tiles']} style={dimmed(isStale)} aria-busy={isStale}>
        <Tile
          label="Events"
          now={events?.total}
          before={eventsBefore?.total}
          against={against}
          isShown={measure === 'count'}
          onShow={() => setMeasure('count')}
        />
        <Tile
          label="Users"
          now={users?.total}
          before={usersBefore?.total}
          against={against}
          isApprox={users?.estimated}
          isBeforeApprox={usersBefore?.estimated}
          isShown={measure === 'users'}
          onShow={() => setMeasure('users')}
        />
        <Tile
          label="Events per user"
          now={data && (each(events?.total, users?.total) ?? null)}
          before={each(eventsBefore?.total, usersBefore?.total)}
          against={against}
          isApprox={users?.estimated}
          isBeforeApprox={usersBefore?.estimated}
        />
        <Tile
          label="Active now"
          now={active.data?.result.series[0]?.total}
          isApprox={active.data?.result.series[0]?.estimated}
          note={`users in the last ${ACTIVE_MINUTES} minutes`}
        />
      </div>
      <Group justify="flex-end" h={22}>
        <ExploreLink
          app={app}
          q={chart}
          chart="line"
          of={measure === 'count' ? 'events over time' : 'users over time'}
        />
      </Group>
      <QuestionView app={app} question={chart} chart="line" height={CHART_PX} refreshMs={60_000} />
    </Paper>
  );
}

interface TileProps {
  readonly label: string;
  /** undefined: not known yet; null: nothing to measure */
  readonly now: number | null | undefined;
  readonly before?: number | null | undefined;
  readonly against?: string | undefined;
  /** What is below the number when it is not compared with another. */
  readonly note?: string;
  /** The number is an estimate. */
  readonly isApprox?: boolean | undefined;
  readonly isBeforeApprox?: boolean | undefined;
  readonly isShown?: boolean;
  readonly onShow?: () => void;
}

function Tile({ label, now, before, against, note, isApprox, isBeforeApprox, isShown, onShow }: TileProps) {
  const known = now !== undefined;
  const content: ReactNode = (
    <>
      <Text component="span" display="block" size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text
        component="span"
        display="block"
        fz={26}
        fw={650}
        lh="38px"
        h={38}
        style={{ whiteSpace: 'nowrap' }}
        {...(known && {
          title: now === null ? undefined : approx(isApprox, count(now)),
          'data-tile': label,
          'data-number': true,
        })}
      >
        {known ? (
          approx(isApprox, short(now))
        ) : (
          <Skeleton component="span" display="inline-block" h={24} w={90} style={{ verticalAlign: 'middle' }} />
        )}
      </Text>
      <Text component="span" display="block" size="xs" c="dimmed" mih={NOTE_PX} lh="18px">
        {known && note}
        {known && typeof before === 'number' && (
          <>
            <Change now={now ?? 0} before={before} />{' '}
            <span>
              vs {approx(isBeforeApprox, short(before))} {against}
            </span>
          </>
        )}
      </Text>
    </>
  );
  if (!onShow) return <div className={classes['tile']}>{content}</div>;
  return (
    <UnstyledButton className={classes['tile']} aria-pressed={isShown} onClick={onShow}>
      {content}
    </UnstyledButton>
  );
}
