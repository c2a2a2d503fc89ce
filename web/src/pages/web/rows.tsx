import { Skeleton, Table, Text, UnstyledButton } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import { approx, count, percent, short } from '../../components/formats.ts';
import classes from './web.module.css';

export interface Column {
  readonly label: string;
  /** ch, of its numbers. */
  readonly width: number;
  /** Left out on narrow screens, so that the names are read. */
  readonly isWide?: boolean;
}

export interface Row {
  readonly key: string;
  readonly name: string;
  /** What the bar behind it shows. */
  readonly size: number;
  readonly cells: readonly { readonly text: string; readonly title?: string }[];
  readonly isChosen?: boolean;
  /** Where a click on its name leads; without it nothing happens. */
  onChoose?(): void;
  /** Beside its name, such as a link to it. */
  readonly beside?: ReactNode;
}

interface RowsProps {
  /** The column of the names. */
  readonly one: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly label: string;
}

/** Names with bars behind them, each a button that filters the page. */
export function Rows({ one, columns, rows, label }: RowsProps) {
  const most = Math.max(1, ...rows.map(({ size }) => size));
  return (
    <Table
      className={classes['rows']}
      verticalSpacing={0}
      horizontalSpacing={0}
      withRowBorders={false}
      aria-label={label}
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{one}</Table.Th>
          {columns.map((column) => (
            <Table.Th key={column.label} ta="right" data-wide={column.isWide} style={{ width: `${column.width}ch` }}>
              {column.label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.key}>
            <Table.Td>
              <div
                className={classes['bar']}
                data-chosen={row.isChosen || undefined}
                style={{ '--share': `${(row.size / most) * 100}%` } as CSSProperties}
              >
                {row.onChoose ? (
                  <UnstyledButton
                    className={classes['name']}
                    aria-pressed={row.isChosen === true}
                    title={row.name}
                    onClick={row.onChoose}
                  >
                    {row.name}
                  </UnstyledButton>
                ) : (
                  <span className={classes['name']} title={row.name}>
                    {row.name}
                  </span>
                )}
                {row.beside}
              </div>
            </Table.Td>
            {row.cells.map(({ text, title }, i) => (
              <Table.Td
                key={columns[i]!.label}
                ta="right"
                data-wide={columns[i]!.isWide}
                title={title}
                {...(i > 0 && { c: 'dimmed' })}
              >
                {text}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** As high as the rows that come. */
export function RowsPending({ rows }: { rows: number }) {
  return (
    <div aria-hidden className={classes['pending']}>
      {Array.from({ length: rows + 1 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={i} h={22} />
      ))}
    </div>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" py="sm">
      {children}
    </Text>
  );
}

/** A count that may be an estimate: short, and in full on hover. */
export const countCell = (value: number, of: string, isEstimate?: boolean) => ({
  text: approx(isEstimate, short(value)),
  title: `${approx(isEstimate, count(value))} ${of}`,
});
export const shareCell = (value: number | null | undefined, of: string) => ({
  text: percent(value),
  title: `${percent(value)} ${of}`,
});
