import { useElementSize } from '@mantine/hooks';
import type { AnswerOf } from '../api/wire.ts';
import classes from './charts.module.css';
import { DrawnChart, type DrawnChartProps } from './drawn-chart.tsx';
import { groupsTable, placesTable, sessionFigures } from './kinds/sessions.ts';
import { StatTile } from './stat-tile.tsx';
import { OneTable } from './table-view.tsx';

export interface SessionsViewProps extends Omit<DrawnChartProps, 'answer'> {
  readonly answer: AnswerOf<'sessions'>;
}

/** The minimum height of the line in px; the tables below it are scrolled to. */
const LINE_PX = 190;
/** px: of the padding below the figures. */
const GAP_PX = 10;

/** What sessions are like, how many there were over time, and where they begin and end. */
export function SessionsView({ answer, height, ...rest }: SessionsViewProps) {
  const { result } = answer;
  const { ref, height: figures } = useElementSize<HTMLDivElement>();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
    <section className={classes['scroll']} style={{ height }} tabIndex={0} aria-label="Sessions">
      <div ref={ref} className={classes['figures']}>
        {sessionFigures(answer).map(({ label, value }) => (
          <StatTile key={label} label={label} value={value} size="sm" />
        ))}
      </div>
      {result.points && figures > 0 && (
        <DrawnChart {...rest} answer={answer} height={Math.max(LINE_PX, height - figures - GAP_PX)} />
      )}
      {result.groups && (
        <OneTable table={groupsTable(result.groups, result.sessions)} height={undefined} onPick={undefined} />
      )}
      <div className={classes['beside']}>
        <OneTable
          table={placesTable('Entry events', result.entry, result.sessions)}
          height={undefined}
          onPick={undefined}
        />
        <OneTable
          table={placesTable('Exit events', result.exit, result.sessions)}
          height={undefined}
          onPick={undefined}
        />
      </div>
    </section>
  );
}
