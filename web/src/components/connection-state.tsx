import { Group, Text } from '@mantine/core';
import type { Connection } from '../api/feed.ts';
import classes from './connection-state.module.css';

const WORDS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting…',
  open: 'Waiting for events',
  lost: 'Connection lost. Reconnecting…',
};

/** Whether the page shows the current state. */
export function ConnectionState({ connection, isPaused = false }: { connection: Connection; isPaused?: boolean }) {
  return (
    <Group gap={8} role="status" wrap="nowrap" miw={0}>
      <span className={classes['dot']} data-connection={isPaused ? 'paused' : connection} aria-hidden />
      <Text size="sm" truncate c={connection === 'lost' ? 'var(--mantine-color-error)' : 'dimmed'}>
        {isPaused && connection === 'open' ? 'Paused' : WORDS[connection]}
      </Text>
    </Group>
  );
}
