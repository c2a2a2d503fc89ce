import { Center, Stack, Text, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { CSSProperties } from 'react';
import { AnswerChart } from '../../charts/answer-chart.tsx';
import classes from './share.module.css';
import type { SharedPart } from './shared.ts';

/** px: below this a chart cannot be read. */
const HEIGHT_MIN_PX = 120;
/** px: on a narrow screen tiles are stacked, and their rows have no height. */
const HEIGHT_NARROW_PX = 260;
const TITLE_PX = 30;

/** @param height of the drawing; the grid sets it for a tile of a dashboard */
export function SharedTile({ part, height }: { part: SharedPart; height?: number }) {
  const { ref, height: room } = useElementSize<HTMLDivElement>();
  const { place, name, chart, question, answer, problem } = part;
  const inGrid = Math.max(HEIGHT_MIN_PX, room - (name === undefined ? 0 : TITLE_PX));
  const own = height ?? (isNarrow() ? HEIGHT_NARROW_PX : inGrid);
  const style = place && ({ '--x': place.x, '--y': place.y, '--w': place.w, '--h': place.h } as CSSProperties);
  return (
    <section className={place && classes['tile']} style={style} aria-label={name ?? 'Report'}>
      <div ref={ref} className={place && classes['inside']}>
        {name !== undefined && (
          <Title
            order={2}
            size="h6"
            mb={6}
            lh="24px"
            textWrap="nowrap"
            style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
          >
            {name}
          </Title>
        )}
        {problem && (
          <Center h={own}>
            <Stack gap={2} align="center">
              <Text size="sm" fw={500}>
                {problem.title}
              </Text>
              <Text size="sm" c="dimmed">
                Nothing to show here for now ({problem.code}).
              </Text>
            </Stack>
          </Center>
        )}
        {answer && (height !== undefined || room > 0) && (
          <AnswerChart question={question} answer={answer} chart={chart} height={own} />
        )}
      </div>
    </section>
  );
}

/** The same as in the stylesheet. */
const isNarrow = (): boolean => !window.matchMedia('(min-width: 48em)').matches;
