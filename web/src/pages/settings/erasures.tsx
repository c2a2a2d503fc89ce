import { Alert, Button, Group, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';
import { ago, count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';

type Erasure = Operations['getApiAppsAppErasures']['answer'][number];

const LOOK_EVERY_MS = 1_000;
/** Of those that ended. */
const SHOWN_MAX = 5;

const isActive = ({ status }: Erasure): boolean =>
  status === 'waiting' || status === 'running' || status === 'cancelling';

export const erasuresQuery = (app: string) =>
  queryOptions({
    queryKey: ['erasures', app],
    queryFn: ({ signal }) => api<readonly Erasure[]>(`api/apps/${encodeURIComponent(app)}/erasures`, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(isActive) ? LOOK_EVERY_MS : false),
  });

/** The erasures of an app as the server has them, so that a reload or another browser shows the same. */
export function Erasures({ app }: { app: string }) {
  const client = useQueryClient();
  const found = useQuery(erasuresQuery(app));
  const active = found.data?.filter(isActive) ?? [];
  const ended = found.data?.filter((each) => !isActive(each)).slice(0, SHOWN_MAX) ?? [];
  const lastEnd = found.data?.reduce((last, { finishedAt = '' }) => (finishedAt > last ? finishedAt : last), '');
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    // Everything else on the page included the erased events.
    if (before.current !== undefined && lastEnd !== before.current)
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'erasures' });
    before.current = lastEnd;
  }, [lastEnd, client]);
  if (found.error) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <>
      {[...active].reverse().map((erasure) => (
        <Active key={erasure.id} erasure={erasure} />
      ))}
      {ended.length > 0 && (
        <Stack gap="xs">
          <Title order={2} size="h5">
            Last erasures
          </Title>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Requested</Table.Th>
                <Table.Th>Result</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ended.map((erasure) => (
                <Table.Tr key={erasure.id}>
                  <Table.Td>{ago(erasure.createdAt)}</Table.Td>
                  <Table.Td>{resultOf(erasure)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </>
  );
}

function resultOf({ status, erased, error }: Erasure): string {
  if (status === 'cancelled')
    return erased ? `Cancelled after ${eventsText(erased)} erased` : 'Cancelled; no events were erased';
  if (erased !== undefined) return `${eventsText(erased)} erased`;
  return `Failed: ${error?.detail ?? ''} ${error?.remedy ?? ''}`;
}

const eventsText = (n: number): string => (n === 1 ? '1 event was' : `${count(n)} events were`);

function Active({ erasure }: { erasure: Erasure }) {
  const { status, query, matching, progress, error } = erasure;
  const percent = progress && progress.partsTotal > 0 ? (progress.partsDone / progress.partsTotal) * 100 : 0;
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () =>
      api(`api/apps/${encodeURIComponent(erasure.app)}/erasures/${encodeURIComponent(erasure.id)}`, {
        method: 'DELETE',
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['erasures', erasure.app] }),
  });
  const title = matching === undefined ? 'Erasing events' : `Erasing ${count(matching)} events`;
  return (
    <Alert
      variant="default"
      color="gray"
      role="status"
      title={
        status === 'waiting' ? 'Waiting to erase events' : status === 'cancelling' ? 'Cancelling the erasure' : title
      }
    >
      <Stack gap="xs">
        {query !== undefined && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {query}
          </Text>
        )}
        <Progress
          value={percent}
          animated={status === 'running'}
          aria-label={`Progress of the erasure ${query ?? ''}`}
        />
        <Text size="sm" c="dimmed">
          {status === 'waiting'
            ? 'Another erasure of this app runs first.'
            : progress
              ? `${count(progress.partsDone)} of ${count(progress.partsTotal)} parts of the store are rewritten.`
              : 'Counting the events.'}{' '}
          You can leave this page: the server goes on, also after a restart.
        </Text>
        {error && (
          <Text size="sm">
            The last attempt failed, and the server tries again: {error.detail} {error.remedy}
          </Text>
        )}
        {cancel.error && <Failure error={cancel.error} onRetry={() => cancel.mutate()} />}
        {status !== 'cancelling' && (
          <Group gap="sm">
            <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel erasure
            </Button>
            {status === 'running' && (
              <Text size="sm" c="dimmed">
                Events that are erased already cannot be restored.
              </Text>
            )}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
