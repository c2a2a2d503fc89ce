/** A chart with its legend and notes. The lazy part: ECharts is loaded with it. */
import { Button, Select, UnstyledButton } from '@mantine/core';
import { type RefObject, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { chartSpecOf } from './chart-specs.ts';
import classes from './charts.module.css';
import type { LegendItem } from './draw/chart-spec.ts';
import { onScheme, readColours, schemeNow } from './draw/colours.ts';
import { notesOf } from './draw/notes.ts';
import { EChart } from './echart.tsx';
import { TableView } from './table-view.tsx';
import type { AnswerChartProps } from './types.ts';
import { useSize } from './use-size.ts';

export interface DrawnChartProps extends Omit<AnswerChartProps, 'chart' | 'height'> {
  readonly chart: NonNullable<AnswerChartProps['chart']>;
  readonly height: number;
}

const NONE: ReadonlySet<number> = new Set();
const NO_ANNOTATIONS: NonNullable<AnswerChartProps['annotations']> = [];

export function DrawnChart(props: DrawnChartProps) {
  const { question, answer, chart, height, annotations = NO_ANNOTATIONS, measure, onPick, handle } = props;
  const scheme = useSyncExternalStore(onScheme, schemeNow);
  const colours = useMemo(() => readColours(scheme), [scheme]);
  const place = useRef<HTMLDivElement>(null);
  const [hidden, setHidden] = useState(NONE);
  const [highlighted, setHighlighted] = useState<number>();
  const [group, setGroup] = useState(0);
  const [isTable, setIsTable] = useState(false);
  const { width, height: room } = useSize(place, !isTable);
  const spec = useMemo(
    () =>
      width === 0
        ? undefined
        : chartSpecOf({
            question,
            answer,
            chart,
            annotations,
            colours,
            width,
            height: room,
            now: Date.now(),
            hidden,
            group,
            measure,
          }),
    [question, answer, chart, annotations, colours, width, room, hidden, group, measure],
  );
  const notes = [...notesOf(answer), ...(spec?.notes ?? [])];

  if (isTable)
    return (
      <div className={classes['box']} style={{ height }}>
        <Button
          size="compact-xs"
          variant="default"
          mb={4}
          onClick={() => setIsTable(false)}
          style={{ alignSelf: 'end' }}
        >
          Back to chart
        </Button>
        <TableView question={question} answer={answer} height={height - 30} onPick={onPick} />
      </div>
    );
  return (
    <div className={classes['box']} style={{ height }}>
      <Button className={classes['asTable']} size="compact-xs" variant="default" onClick={() => setIsTable(true)}>
        Show as table
      </Button>
      {spec?.groups && (
        <Select
          size="xs"
          maw={260}
          mb={4}
          aria-label="Group"
          allowDeselect={false}
          data={spec.groups.map((label, i) => ({ value: String(i), label }))}
          value={String(group)}
          onChange={(value) => setGroup(Number(value))}
        />
      )}
      <div ref={place} className={classes['drawing']}>
        {spec && (
          <EChart
            spec={spec}
            colours={colours}
            width={width}
            height={room}
            highlighted={highlighted}
            onPick={onPick}
            handle={handle}
          />
        )}
      </div>
      {spec && spec.legend.length > 0 && (
        <Legend items={spec.legend} hidden={hidden} onHide={setHidden} onLight={setHighlighted} />
      )}
      {notes.length > 0 && <div className={classes['notes']}>{notes.join(' · ')}</div>}
    </div>
  );
}

interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly hidden: ReadonlySet<number>;
  onHide(hidden: ReadonlySet<number>): void;
  onLight(series: number | undefined): void;
}

/** Real text and buttons, which a canvas does not have: a click hides or shows a series, hovering highlights it. */
function Legend({ items, hidden, onHide, onLight }: LegendProps) {
  const list = useRef<HTMLUListElement>(null);
  const [isOpen, setOpen] = useState(false);
  const more = useHiddenItems(list, items.length, isOpen);
  const toggle = (series: number) => {
    const next = new Set(hidden);
    if (!next.delete(series)) next.add(series);
    // Nothing would be left to see.
    onHide(next.size === items.length ? NONE : next);
  };
  return (
    <div className={classes['legendRow']}>
      <ul ref={list} className={classes['legend']} data-open={isOpen || undefined} aria-label="Series">
        {items.map(({ series, label, colour, shape }) => (
          <li key={series}>
            <UnstyledButton
              className={classes['legendItem']}
              aria-pressed={!hidden.has(series)}
              title={label}
              onClick={() => toggle(series)}
              onPointerEnter={() => onLight(series)}
              onPointerLeave={() => onLight(undefined)}
              onFocus={() => onLight(series)}
              onBlur={() => onLight(undefined)}
            >
              <svg width={10} height={10} viewBox="0 0 10 10" aria-hidden style={{ flexShrink: 0 }}>
                <path d={PATHS[shape]} fill={colour} opacity={hidden.has(series) ? 0.4 : 1} />
              </svg>
              <span className={classes['legendLabel']}>{label}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {(more > 0 || isOpen) && (
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={isOpen}
          style={{ flex: 'none' }}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Show less' : `+${more} more`}
        </Button>
      )}
    </div>
  );
}

/** How many of the items lie below what a closed legend shows. */
function useHiddenItems(list: RefObject<HTMLUListElement | null>, count: number, isOpen: boolean): number {
  const [more, setMore] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other items take other room
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || isOpen) return;
    const measure = (): void => {
      const bottom = element.getBoundingClientRect().bottom;
      setMore([...element.children].filter((item) => item.getBoundingClientRect().top >= bottom - 4).length);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, count, isOpen]);
  return more;
}

const PATHS = {
  circle: 'M5,0.5a4.5,4.5 0 1 1 0,9a4.5,4.5 0 1 1 0,-9Z',
  rect: 'M0.5,0.5h9v9h-9Z',
  triangle: 'M5,0.5L9.8,9.5H0.2Z',
  diamond: 'M5,0L10,5L5,10L0,5Z',
} as const;
