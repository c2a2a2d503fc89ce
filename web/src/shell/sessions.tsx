import { Badge, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/http.ts';
import type { Operations } from '../api/wire.ts';
import { ago, dateTime } from '../components/formats.ts';
import { Failure } from '../components/states.tsx';
import { browserName } from './browser-name.ts';

type Session = Operations['getAuthSessions']['answer'][number];

const sessionsQuery = {
  queryKey: ['sessions'],
  queryFn: ({ signal }: { signal: AbortSignal }) => api<readonly Session[]>('auth/sessions', { signal }),
};

/** Where you are signed in, each with a button to sign out. */
export function Sessions({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const { data, error } = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (id: string | undefined) =>
      api(id === undefined ? 'auth/sessions' : `auth/sessions/${id}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const failure = error ?? end.error;
  return (
    <Modal opened onClose={onClose} title="Sessions" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        {failure && <Failure error={failure} />}
        {data === undefined && !error && <Skeleton h={60} />}
        {data?.map((session) => (
          <Group key={session.id} justify="space-between" wrap="nowrap" gap="sm">
            <div>
              <Group gap="xs">
                <Text size="sm" fw={600}>
                  {browserName(session.agent)}
                </Text>
                {session.isCurrent && (
                  <Badge size="sm" variant="light">
                    This session
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed">
                {session.address} · signed in {dateTime(session.signedInAt)} · last used {ago(session.lastUsedAt)}
              </Text>
            </div>
            {!session.isCurrent && (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`End the session in ${browserName(session.agent)} from ${session.address}`}
                loading={end.isPending && end.variables === session.id}
                onClick={() => end.mutate(session.id)}
              >
                End
              </Button>
            )}
          </Group>
        ))}
        {data !== undefined && data.length > 1 && (
          <Group justify="flex-end">
            <Button
              color="red.9"
              loading={end.isPending && end.variables === undefined}
              onClick={() => end.mutate(undefined)}
            >
              Sign out everywhere else
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}
