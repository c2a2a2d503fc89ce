import { Code, List, Text } from '@mantine/core';
import { Fragment } from 'react';
import classes from './allowed.module.css';
import { COLUMNS, FUNCTION_NAMES } from './functions.ts';

/** Aggregates are listed with their …If forms; the list says so once instead. */
const PLAIN_NAMES = FUNCTION_NAMES.filter(
  (name) => !(name.endsWith('If') && FUNCTION_NAMES.includes(name.slice(0, -2))),
);

/** The SQL reference, with its limits. */
export function Allowed() {
  return (
    <details className={classes['allowed']}>
      <summary>SQL reference</summary>
      <List size="sm" spacing={6} mt="xs">
        <List.Item>
          One <Code>SELECT</Code> in ClickHouse’s dialect, without comments, on the table <Code>events</Code> and your
          own <Code>WITH</Code> tables. Queries are read-only and see no other table.
        </List.Item>
        <List.Item>
          Columns:{' '}
          {COLUMNS.map(({ name, means }) => (
            <Fragment key={name}>
              <Code>{name}</Code> ({means}),{' '}
            </Fragment>
          ))}
          and every property as <Code>data.plan</Code>.
        </List.Item>
        <List.Item>
          A property can hold text and numbers. Use <Code>number(data.ms)</Code> or <Code>text(data.plan)</Code> to
          choose.
        </List.Item>
        <List.Item>The table holds only the events of the selected date range.</List.Item>
        <List.Item>
          By default a query stops after 30 seconds, 1 GB of memory or a million rows. Choose a shorter range, group, or
          add a <Code>LIMIT</Code>.
        </List.Item>
      </List>
      <Text size="xs" c="dimmed" mt="xs">
        Functions: {PLAIN_NAMES.join(', ')}. Aggregates also as …If.
      </Text>
    </details>
  );
}
