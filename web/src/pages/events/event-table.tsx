import { Text, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef } from 'react';
import type { StoredEvent } from '../../api/wire.ts';
import { fieldLabel } from '../../components/filters.ts';
import { count, dateTime, dayClock, dayClockWidth } from '../../components/formats.ts';
import { useRowFocus } from '../../components/use-row-focus.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import classes from './events.module.css';
import { summaryOf, textOf, valueAt } from './values.ts';

/** px, the same as in the styles. */
const ROW = 36;
/** px */
const WIDTHS = { event: 190, user: 190, property: 150, summary: 320 } as const;
/** The next page is fetched when this many rows are left. */
const AHEAD = 60;

export interface EventTableHandle {
  focus(index: number): void;
}

export interface EventTableProps {
  readonly events: readonly StoredEvent[];
  readonly columns: readonly string[];
  readonly timeZone: string | undefined;
  /** The rows answer the previous question. */
  readonly isOld: boolean;
  readonly hasMore: boolean;
  readonly handle: Ref<EventTableHandle>;
  onMore(): void;
  onOpen(index: number): void;
}

/** Only the visible rows are in the page; `aria-rowcount` tells screen readers the number of all rows. */
export function EventTable({ events, columns, timeZone, isOld, hasMore, handle, onMore, onOpen }: EventTableProps) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW,
    getItemKey: (i) => events[i]?.uuid ?? i,
    overscan: 12,
    scrollMargin: ROW,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastShown >= events.length - AHEAD) onMore();
  }, [hasMore, lastShown, events.length, onMore]);

  const scrollTo = useCallback((i: number) => virtual.scrollToIndex(i), [virtual]);
  const { focus, step } = useRowFocus(list, events.length, scrollTo);
  useImperativeHandle(handle, () => ({ focus }), [focus]);
  const shortcuts = useMemo(
    () => [
      { keys: 'j', label: 'Next event', run: () => step(1) },
      { keys: 'ArrowDown', label: 'Next event', run: () => step(1) },
      { keys: 'k', label: 'Previous event', run: () => step(-1) },
      { keys: 'ArrowUp', label: 'Previous event', run: () => step(-1) },
    ],
    [step],
  );
  useShortcuts(shortcuts);

  const above = (items[0]?.start ?? ROW) - ROW;
  const below = virtual.getTotalSize() - ((items.at(-1)?.end ?? ROW) - ROW);
  const timeWidth = `calc(${dayClockWidth()}ch + 24px)`;
  const widths = [
    WIDTHS.event,
    WIDTHS.user,
    ...(columns.length === 0 ? [WIDTHS.summary] : columns.map(() => WIDTHS.property)),
  ];
  return (
    <section
      className={classes['list']}
      data-old={isOld || undefined}
      ref={list}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
      tabIndex={0}
      aria-label="Events"
    >
      <table
        className={classes['table']}
        aria-rowcount={hasMore ? -1 : events.length + 1}
        style={{ minWidth: `calc(${timeWidth} + ${widths.reduce((sum, width) => sum + width, 0)}px)` }}
      >
        <thead>
          <tr>
            <th scope="col" style={{ width: timeWidth }}>
              Time
            </th>
            <th scope="col" style={{ width: columns.length > 0 ? undefined : WIDTHS.event }}>
              Event
            </th>
            <th scope="col" style={{ width: columns.length > 0 ? undefined : WIDTHS.user }}>
              User
            </th>
            {columns.length === 0 && <th scope="col">Properties</th>}
            {columns.map((field) => (
              <th key={field} scope="col" title={fieldLabel(field)}>
                {fieldLabel(field)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden style={{ height: above }} />}
          {items.map(({ index }) => {
            const event = events[index];
            return (
              event && (
                <Row
                  key={event.uuid}
                  event={event}
                  index={index}
                  columns={columns}
                  timeZone={timeZone}
                  onOpen={onOpen}
                />
              )
            );
          })}
          {below > 0 && <tr aria-hidden style={{ height: below }} />}
        </tbody>
      </table>
      <Text size="xs" c="dimmed" p="xs" pos="sticky" left={0} w="fit-content">
        {hasMore ? 'Scroll to load more.' : `All ${count(events.length)} events are shown.`}
      </Text>
    </section>
  );
}

interface RowProps extends Pick<EventTableProps, 'columns' | 'timeZone' | 'onOpen'> {
  readonly event: StoredEvent;
  readonly index: number;
}

const Row = memo(function Row({ event, index, columns, timeZone, onOpen }: RowProps) {
  const identity = event.user ?? event.device ?? '';
  const summary = columns.length === 0 ? summaryOf(event) : '';
  return (
    // The button inside is for keyboards and screen readers; the whole row is for the mouse.
    <tr aria-rowindex={index + 2} data-index={index} onClick={() => onOpen(index)}>
      <td className={classes['dim']} title={dateTime(event.timestamp, timeZone)}>
        {dayClock(event.timestamp, timeZone)}
      </td>
      <td>
        <UnstyledButton fz="sm" className={classes['name']} title={event.event} aria-haspopup="dialog">
          {event.event}
        </UnstyledButton>
      </td>
      <td title={identity} className={event.user === undefined ? classes['dim'] : undefined}>
        {identity}
      </td>
      {columns.length === 0 && (
        <td className={classes['dim']} title={summary.slice(0, 500)}>
          {summary}
        </td>
      )}
      {columns.map((field) => {
        const value = valueAt(event, field);
        return (
          <td key={field} title={textOf(value)} className={typeof value === 'number' ? classes['number'] : undefined}>
            {typeof value === 'number' ? count(value) : textOf(value)}
          </td>
        );
      })}
    </tr>
  );
});
