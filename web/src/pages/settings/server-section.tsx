import { Alert, Group, Paper, Progress, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ago, bytes, count, dateTime, duration, percent } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { useZone } from '../../components/use-zone.ts';
import { statsQuery } from './queries.ts';

/** Below this a merge of the engine may no longer fit. */
const DISK_FREE_MIN = 0.1;

/** The server's resource use; refreshed every few seconds while it is visible. */
export function ServerSection({ app }: { app: string }) {
  const timeZone = useZone(app);
  const { data, error, refetch } = useQuery(statsQuery);
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={420} />;
  const { store, apps, ingest, disk, memoryBytes } = data;
  const used = disk.totalBytes - disk.freeBytes;
  const memory = memoryBytes + (store?.memoryBytes ?? 0);
  const most = Math.max(1, ...(apps ?? []).map(({ events }) => events));
  const rejected = Object.entries(ingest.rejected).sort(([, a], [, b]) => b - a);
  return (
    <Stack>
      {!store && (
        <Alert variant="default" color="yellow" title="The engine isn’t responding">
          Events are still accepted and kept in the journal. Queries wait until the engine is back.
        </Alert>
      )}
      {ingest.rebuild?.state === 'running' && (
        <Alert variant="default" color="yellow" title="The engine is being filled from MongoDB">
          {ingest.rebuild.events === undefined
            ? 'It waits for MongoDB.'
            : `${count(ingest.rebuild.done)} of about ${count(ingest.rebuild.events)} events are there.`}{' '}
          Until all are, results leave events out.
        </Alert>
      )}
      {ingest.archive?.state === 'waiting' && (
        <Alert variant="default" color="yellow" title="MongoDB isn’t responding">
          {count(ingest.archive.events)} events wait for it in the journal. {ingest.archive.lastFailure}
        </Alert>
      )}
      {disk.freeBytes < disk.totalBytes * DISK_FREE_MIN && (
        <Alert variant="default" color="red" title="The disk is almost full">
          Delete events, shorten data retention, or add disk space.
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure title="Events stored" value={count(store?.events)}>
          {store && `${bytes(store.bytesOnDisk)} on disk`}
        </Figure>
        <Figure title="Queued" value={count(ingest.journalEvents)}>
          {ingest.journalEvents === 0
            ? 'all events are stored'
            : `${bytes(ingest.journalBytes)}, oldest waiting for ${duration(ingest.lagMs)}`}
        </Figure>
        <Figure title="Version" value={data.version}>
          up for {duration(Date.now() - Date.parse(data.startedAt))}, since {dateTime(data.startedAt, timeZone)} (
          {timeZone})
        </Figure>
        <Figure title="Received since start" value={count(ingest.accepted)}>
          {count(ingest.duplicates)} duplicates, {count(rejected.reduce((sum, [, n]) => sum + n, 0))} rejected,{' '}
          {count(ingest.setAside)} rejected by the engine
        </Figure>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Bar
          title="Memory"
          parts={[
            { label: 'server', value: memoryBytes, colour: 'seismo.7' },
            { label: 'engine', value: store?.memoryBytes ?? 0, colour: 'yellow.7' },
          ]}
          total={memory}
          note={`${bytes(memory)} in total`}
        />
        <Bar
          title="Disk"
          parts={[{ label: 'used', value: used, colour: 'seismo.7' }]}
          total={disk.totalBytes}
          note={`${bytes(disk.freeBytes)} of ${bytes(disk.totalBytes)} free (${percent(disk.freeBytes / disk.totalBytes)})`}
        />
      </SimpleGrid>
      {apps && apps.length > 0 && (
        <Paper withBorder p="md">
          <Title order={2} size="h5" mb="xs">
            Events by app
          </Title>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>App</Table.Th>
                <Table.Th w="40%">Share</Table.Th>
                <Table.Th ta="right">Events</Table.Th>
                <Table.Th ta="right">On disk</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {apps.map(({ app, events, bytesOnDisk }) => (
                <Table.Tr key={app}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{app}</Table.Td>
                  <Table.Td>
                    <Progress
                      value={(events / most) * 100}
                      aria-label={`Events of ${app}, relative to the largest app`}
                    />
                  </Table.Td>
                  <Table.Td ta="right">{count(events)}</Table.Td>
                  <Table.Td ta="right">about {bytes(bytesOnDisk)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      {rejected.length > 0 && (
        <Text size="sm" c="dimmed">
          Rejected since {ago(data.startedAt)}: {rejected.map(([code, n]) => `${code} ${count(n)}`).join(', ')}
        </Text>
      )}
    </Stack>
  );
}

function Figure({ title, value, children }: { title: string; value: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fz={24} fw={600}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </Paper>
  );
}

interface BarProps {
  readonly title: string;
  readonly parts: readonly { readonly label: string; readonly value: number; readonly colour: string }[];
  readonly total: number;
  readonly note: string;
}

function Bar({ title, parts, total, note }: BarProps) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Progress.Root size="lg">
        {parts.map(({ label, value, colour }) => (
          <Progress.Section
            key={label}
            value={(value / Math.max(1, total)) * 100}
            color={colour}
            aria-label={`${title}: ${label}`}
          />
        ))}
      </Progress.Root>
      <Group gap="md" mt={6}>
        {parts.map(({ label, value }) => (
          <Text key={label} size="sm">
            {label} {bytes(value)}
          </Text>
        ))}
        <Text size="sm" c="dimmed">
          {note}
        </Text>
      </Group>
    </Paper>
  );
}
