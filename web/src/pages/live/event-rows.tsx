import { UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { LiveEvent } from '../../api/feed.ts';
import { clock, clockWidth, dateTime } from '../../components/formats.ts';
import { useRowFocus } from '../../components/use-row-focus.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import classes from './live.module.css';
import { summaryOf } from './matches.ts';

const ROW_PX = 36;
/** An event that arrived longer ago than this is not highlighted when it is scrolled into view. */
const FRESH_MS = 2_000;

export interface EventRowsProps {
  readonly rows: readonly LiveEvent[];
  readonly timeZone: string | undefined;
  onOpen(uuid: string): void;
}

/** Only the visible rows are in the page, so that a thousand per minute cost little. */
export function EventRows({ rows, timeZone, onOpen }: EventRowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    getItemKey: (i) => rows[i]?.uuid ?? i,
    overscan: 12,
    scrollMargin: ROW_PX,
  });

  // A reader who has scrolled down is reading: new events on top do not move the rows being read.
  const top = useRef<string>(undefined);
  useLayoutEffect(() => {
    const element = list.current;
    const before = top.current;
    top.current = rows[0]?.uuid;
    if (!element || before === undefined || element.scrollTop < ROW_PX) return;
    const added = rows.findIndex(({ uuid }) => uuid === before);
    if (added > 0) element.scrollTop += added * ROW_PX;
  }, [rows]);

  const scrollTo = useCallback((i: number) => virtual.scrollToIndex(i), [virtual]);
  const { step } = useRowFocus(list, rows.length, scrollTo);
  const shortcuts = useMemo(
    () => [
      { keys: 'j', label: 'Next event', run: () => step(1) },
      { keys: 'k', label: 'Previous event', run: () => step(-1) },
    ],
    [step],
  );
  useShortcuts(shortcuts);

  const items = virtual.getVirtualItems();
  const above = (items[0]?.start ?? 0) - (items.length > 0 ? ROW_PX : 0);
  const below = virtual.getTotalSize() - ((items.at(-1)?.end ?? ROW_PX) - ROW_PX);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className={classes['list']} ref={list} tabIndex={0} aria-label="Events as they arrive">
      <table className={classes['table']} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" style={{ width: `calc(${clockWidth()}ch + 24px)` }}>
              Time
            </th>
            <th scope="col">Event</th>
            <th scope="col">User</th>
            <th scope="col" className={classes['properties']}>
              Properties
            </th>
          </tr>
        </thead>
        <tbody>
          {/* What is not in sight, as two rows that nobody meets. */}
          {above > 0 && <tr aria-hidden className={classes['space']} style={{ height: above }} />}
          {items.map(({ index }) => {
            const event = rows[index];
            return event && <Row key={event.uuid} event={event} index={index} timeZone={timeZone} onOpen={onOpen} />;
          })}
          {below > 0 && <tr aria-hidden className={classes['space']} style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly event: LiveEvent;
  readonly index: number;
  readonly timeZone: string | undefined;
  onOpen(uuid: string): void;
}

const Row = memo(function Row({ event, index, timeZone, onOpen }: RowProps) {
  const isFresh = Date.now() - Date.parse(event.receivedAt) < FRESH_MS;
  return (
    // The button inside is for keyboards and screen readers; the whole row is for the mouse.
    <tr
      aria-rowindex={index + 2}
      data-index={index}
      className={isFresh ? classes['fresh'] : undefined}
      onClick={() => onOpen(event.uuid)}
    >
      <td className={classes['dim']} title={dateTime(event.timestamp, timeZone)}>
        {clock(event.timestamp, timeZone)}
      </td>
      <td>
        <UnstyledButton fz="sm" fw={500} maw="100%" className={classes['cut']} display="block">
          {event.event}
        </UnstyledButton>
      </td>
      <td className={event.user === undefined ? classes['dim'] : undefined}>{event.user ?? event.device ?? ''}</td>
      <td className={`${classes['dim']} ${classes['properties']}`}>{summaryOf(event)}</td>
    </tr>
  );
});
