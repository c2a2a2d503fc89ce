import { Group, Paper, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ask, UnreachableError } from '../api/http.ts';
import classes from './shell.module.css';

const AGAIN_MS = 2_000;

/** Says that the server does not answer, looks for it, and asks again what failed once it is back. */
export function ServerAway() {
  const client = useQueryClient();
  const [isAway, setAway] = useState(false);
  useEffect(
    () =>
      client.getQueryCache().subscribe((happened) => {
        // Each attempt, and not only the last: the reader is told at once.
        if (happened.type !== 'updated' || !['failed', 'error'].includes(happened.action.type)) return;
        const { error, fetchFailureReason } = happened.query.state;
        if ((error ?? fetchFailureReason) instanceof UnreachableError) setAway(true);
      }),
    [client],
  );
  useEffect(() => {
    if (!isAway) return;
    const timer = setInterval(async () => {
      try {
        await ask('health');
      } catch (error) {
        if (error instanceof UnreachableError) return;
      }
      setAway(false);
      await client.invalidateQueries();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAway, client]);
  return (
    <div role="alert" className={classes['away']}>
      {isAway && (
        <Paper withBorder shadow="md" px="md" py="xs">
          <Group gap="xs" wrap="nowrap">
            <IconPlugConnectedX size={18} aria-hidden />
            <Text size="sm">Can’t reach the server. Reconnecting…</Text>
          </Group>
        </Paper>
      )}
    </div>
  );
}
