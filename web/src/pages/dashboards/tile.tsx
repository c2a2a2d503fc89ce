import { Text, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { CSSProperties, ReactNode } from 'react';
import type { SavedReport } from '../../api/wire.ts';
import { QuestionView } from '../../charts/question-view.tsx';
import type { DateRange } from '../../components/range.ts';
import { ReportLink } from '../../components/report-link.tsx';
import classes from './board.module.css';
import { withRange } from './override.ts';
import type { Tile } from './queries.ts';

/** px: below this a chart cannot be read. */
const HEIGHT_MIN_PX = 60;

export const nameOf = (tile: Tile, reports: readonly SavedReport[]): string =>
  tile.name ?? reports.find(({ id }) => id === tile.report)?.name ?? 'Untitled';

export interface TileViewProps {
  readonly app: string;
  readonly tile: Tile;
  readonly reports: readonly SavedReport[];
  readonly range: DateRange;
  /** Before the name. */
  readonly handle?: ReactNode;
  readonly actions?: ReactNode;
  /** In the grid of the stylesheet, not in one that is being arranged. */
  readonly isPlaced: boolean;
}

export function TileView({ app, tile, reports, range, handle, actions, isPlaced }: TileViewProps) {
  const { ref, height } = useElementSize<HTMLDivElement>();
  const report = reports.find(({ id }) => id === tile.report);
  const question = tile.question ?? report?.question;
  const name = nameOf(tile, reports);
  const style = { '--x': tile.x, '--y': tile.y, '--w': tile.w, '--h': tile.h } as CSSProperties;
  return (
    <section className={classes['tile']} style={isPlaced ? style : { height: '100%' }} aria-label={name}>
      <div className={classes['head']}>
        {handle}
        <Title order={2} size="h6" className={classes['name'] ?? ''} title={name}>
          {isPlaced && question !== undefined ? (
            <ReportLink
              app={app}
              question={withRange(question, range)}
              chart={tile.chart ?? report?.chart}
              report={tile.report}
            >
              {name}
            </ReportLink>
          ) : (
            name
          )}
        </Title>
        {actions}
      </div>
      <div ref={ref} className={classes['content']}>
        {question === undefined ? (
          <Text size="sm" c="dimmed">
            Its saved report was deleted. Remove this tile, or choose another report.
          </Text>
        ) : (
          height > 0 && (
            <QuestionView
              app={app}
              question={withRange(question, range)}
              chart={tile.chart ?? report?.chart}
              height={Math.max(HEIGHT_MIN_PX, Math.floor(height))}
            />
          )
        )}
      </div>
    </section>
  );
}
