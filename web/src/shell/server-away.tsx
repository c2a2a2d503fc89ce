import { Group, Paper, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isServerAway, onServerAway, reportAway } from '../api/away.ts';
import { UnreachableError } from '../api/http.ts';
import classes from './shell.module.css';

/** Shows that the server does not answer, and repeats what failed once it is back. */
export function ServerAway() {
  const client = useQueryClient();
  const router = useRouter();
  const isAway = useSyncExternalStore(onServerAway, isServerAway);
  useEffect(
    () =>
      client.getQueryCache().subscribe((happened) => {
        // Every attempt, not only the last: so that the user sees it at once.
        if (happened.type !== 'updated' || !['failed', 'error'].includes(happened.action.type)) return;
        const { error, fetchFailureReason } = happened.query.state;
        if ((error ?? fetchFailureReason) instanceof UnreachableError) reportAway();
      }),
    [client],
  );
  const wasAway = useRef(false);
  useEffect(() => {
    if (wasAway.current && !isAway) {
      void client.invalidateQueries();
      // A page that could not be opened at all is opened now.
      void router.invalidate();
    }
    wasAway.current = isAway;
  }, [isAway, client, router]);
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
