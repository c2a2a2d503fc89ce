/** Answers as tables: sorted by a click on a column, and of any length, since only the visible rows are in the page. */
import { Anchor, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { tablesOf } from './chart-specs.ts';
import classes from './charts.module.css';
import { type Cell, type DataTable, sortedRows } from './draw/data-table.ts';
import { notesOf } from './draw/notes.ts';
import type { AnswerChartProps, Picked } from './types.ts';

export interface TableViewProps extends Pick<AnswerChartProps, 'question' | 'answer'> {
  readonly height: number;
  onPick?: ((picked: Picked) => void) | undefined;
}

/** px, the same as in the styles. */
const ROW_PX = 34;

export function TableView({ question, answer, height, onPick }: TableViewProps) {
  const tables = useMemo(() => tablesOf({ question, answer, now: Date.now() }), [question, answer]);
  const notes = notesOf(answer);
  const room = height - (notes.length > 0 ? 18 : 0);
  const [first] = tables;
  return (
    <div className={classes['box']} style={{ height }}>
      {tables.length === 1 && first ? (
        <OneTable table={first} height={room} onPick={onPick} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
        <section className={classes['scroll']} style={{ height: room }} tabIndex={0} aria-label="Tables">
          {tables.map((table, i) => (
            <div key={table.title}>
              <Text size="sm" fw={600} mt={i === 0 ? 0 : 'md'} mb={4}>
                {table.title}
              </Text>
              <OneTable table={table} height={undefined} onPick={onPick} />
            </div>
          ))}
        </section>
      )}
      {notes.length > 0 && <div className={classes['notes']}>{notes.join(' · ')}</div>}
    </div>
  );
}

interface OneTableProps {
  readonly table: DataTable;
  /** px; its full height when undefined. */
  readonly height: number | undefined;
  readonly onPick: ((picked: Picked) => void) | undefined;
}

export function OneTable({ table, height, onPick }: OneTableProps) {
  const [sort, setSort] = useState<{ column: number; isDescending: boolean }>();
  const rows = useMemo(
    () => (sort ? sortedRows(table.rows, sort.column, sort.isDescending) : table.rows),
    [table.rows, sort],
  );
  const keys = useMemo(() => table.columns.map(({ label }, i) => `${i} ${label}`), [table.columns]);
  const place = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    enabled: height !== undefined,
  });
  if (rows.length === 0)
    return (
      <Text c="dimmed" size="sm" py="sm">
        {table.empty ?? 'No results.'}
      </Text>
    );
  const items = height === undefined ? undefined : virtual.getVirtualItems();
  const before = items?.[0]?.start ?? 0;
  const after = items ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const shown = items ? items.map(({ index }) => index) : rows.map((_, i) => i);
  const change = (column: number) =>
    setSort((now) => ({
      column,
      isDescending: now?.column === column ? !now.isDescending : table.columns[column]!.isNumber === true,
    }));
  const content = (
    <table className={classes['table']} aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {table.columns.map(({ label, isNumber }, i) => (
            <th
              key={keys[i]}
              scope="col"
              className={isNumber ? classes['number'] : undefined}
              aria-sort={sort?.column === i ? (sort.isDescending ? 'descending' : 'ascending') : undefined}
            >
              <UnstyledButton className={classes['sort']} onClick={() => change(i)}>
                {label}
                {sort?.column === i &&
                  (sort.isDescending ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
              </UnstyledButton>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {before > 0 && <Gap height={before} columns={table.columns.length} />}
        {shown.map((index) => (
          <tr key={index} aria-rowindex={index + 2}>
            {table.columns.map(({ isNumber }, column) => (
              <td key={keys[column]} className={isNumber ? classes['number'] : undefined}>
                <CellView cell={rows[index]?.[column]} onPick={onPick} />
              </td>
            ))}
          </tr>
        ))}
        {after > 0 && <Gap height={after} columns={table.columns.length} />}
      </tbody>
    </table>
  );
  return (
    <section
      ref={place}
      className={classes['scroll']}
      style={{ maxHeight: height }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
      tabIndex={0}
      aria-label={table.title}
    >
      {content}
    </section>
  );
}

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function CellView({ cell, onPick }: { cell: Cell | undefined; onPick: ((picked: Picked) => void) | undefined }) {
  if (!cell) return null;
  const { text, share, pick } = cell;
  const shown =
    pick && onPick ? (
      <Anchor component="button" type="button" size="sm" title={text} onClick={() => onPick(pick)}>
        {text}
      </Anchor>
    ) : (
      <span title={text}>{text}</span>
    );
  if (share === undefined) return shown;
  return (
    <span className={classes['bar']}>
      <span className={classes['barTrack']} aria-hidden>
        <span className={classes['barFill']} style={{ width: `${Math.max(2, share * 100)}%` }} />
      </span>
      {shown}
    </span>
  );
}
