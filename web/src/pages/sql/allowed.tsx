import { Code, List, Text } from '@mantine/core';
import { Fragment } from 'react';
import classes from './allowed.module.css';
import { COLUMNS, FUNCTION_NAMES } from './functions.ts';

/** Aggregates stand there with their …If too, which is said once. */
const PLAIN_NAMES = FUNCTION_NAMES.filter(
  (name) => !(name.endsWith('If') && FUNCTION_NAMES.includes(name.slice(0, -2))),
);

/** What may be asked, and where it ends. */
export function Allowed() {
  return (
    <details className={classes['allowed']}>
      <summary>What may be asked</summary>
      <List size="sm" spacing={6} mt="xs">
        <List.Item>
          One <Code>SELECT</Code> in the dialect of ClickHouse, without comments, over the table <Code>events</Code> and{' '}
          <Code>WITH</Code> tables of your own. Nothing else can be named, and nothing can be changed.
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
          A property may hold texts and numbers: <Code>number(data.ms)</Code> and <Code>text(data.plan)</Code> say which
          is meant.
        </List.Item>
        <List.Item>The range chosen above holds for the table: what happened outside of it is not there.</List.Item>
        <List.Item>
          A question may take 30 seconds, a gigabyte of memory and a million rows, unless the server is set otherwise;
          beyond that it is stopped. Choose a shorter range, group, or add a <Code>LIMIT</Code>.
        </List.Item>
      </List>
      <Text size="xs" c="dimmed" mt="xs">
        Functions: {PLAIN_NAMES.join(', ')}. Aggregates also as …If.
      </Text>
    </details>
  );
}
