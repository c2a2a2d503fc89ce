import { Group, Paper, Skeleton, Text, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { preloadCharts } from '../../charts/answer-chart.tsx';
import { QuestionView } from '../../charts/question-view.tsx';
import { count, short } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { Change } from './change.tsx';
import classes from './overview.module.css';
import { chartQuestion, type Measure, type Period } from './period.ts';
import { ExploreLink } from './section.tsx';
import { dimmed, useAnswer } from './use-answer.ts';

preloadCharts();
const CHART_PX = 280;
const ACTIVE_MINUTES = 5;
/** Of two lines where tiles are narrow, so that nothing moves when the note comes. */
const NOTE_PX = { base: 36, lg: 18 };

/** How much there was in the range against the one before, and over time. */
export function Numbers({ app, period, about }: { app: string; period: Period; about: string }) {
  const [measure, setMeasure] = useState<Measure>('count');
  const { data, error, retry, isStale } = useAnswer(
    app,
    { kind: 'trend', ...period.soFar, series: [{}, { measure: 'users' }], compare: period.before },
    about,
  );
  const active = useAnswer(app, { kind: 'trend', last: `${ACTIVE_MINUTES}min`, series: [{ measure: 'users' }] }, 'now');
  const chart = chartQuestion(period, measure);
  if (error) return <Failure error={error} onRetry={retry} />;
  const [events, users] = data?.result.series ?? [];
  const each = (n: number | null | undefined, by: number | null | undefined): number | undefined =>
    n && by ? n / by : undefined;
  return (
    <Paper component="section" withBorder p="md" aria-label="Numbers">
      <div className={classes['tiles']} style={dimmed(isStale)} aria-busy={isStale}>
        <Tile
          label="Events"
          now={events?.total}
          before={events?.compare?.total}
          against={period.against}
          isShown={measure === 'count'}
          onShow={() => setMeasure('count')}
        />
        <Tile
          label="Users"
          now={users?.total}
          before={users?.compare?.total}
          against={period.against}
          about={data?.exact === false}
          isShown={measure === 'users'}
          onShow={() => setMeasure('users')}
        />
        <Tile
          label="Events per user"
          now={data && (each(events?.total, users?.total) ?? null)}
          before={each(events?.compare?.total, users?.compare?.total)}
          against={period.against}
        />
        <Tile
          label="Active now"
          now={active.data?.result.series[0]?.total}
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
  readonly against?: string;
  /** What is under the number when it is not measured against another. */
  readonly note?: string;
  readonly about?: boolean;
  readonly isShown?: boolean;
  readonly onShow?: () => void;
}

function Tile({ label, now, before, against, note, about = false, isShown, onShow }: TileProps) {
  const known = now !== undefined;
  const content: ReactNode = (
    <>
      <Text component="span" display="block" size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Group component="span" display="flex" gap={8} align="baseline" h={38} wrap="nowrap">
        {known ? (
          <>
            <Text
              component="span"
              fz="clamp(21px, 6vw, 26px)"
              fw={650}
              lh="38px"
              title={now === null ? undefined : count(now)}
              data-tile={label}
            >
              {about && '≈ '}
              {short(now)}
            </Text>
            {typeof before === 'number' && <Change now={now ?? 0} before={before} />}
          </>
        ) : (
          <Skeleton component="span" display="block" h={24} w={90} style={{ alignSelf: 'center' }} />
        )}
      </Group>
      <Text component="span" display="block" size="xs" c="dimmed" mih={NOTE_PX} lh="18px">
        {known && (note ?? (typeof before === 'number' ? `vs ${short(before)} ${against ?? ''}` : ''))}
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
