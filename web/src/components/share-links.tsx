import { Button, Code, Group, Modal, Select, Skeleton, Stack, Table, Text } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/http.ts';
import type { Operations } from '../api/wire.ts';
import { CopyButton } from './copy-button.tsx';
import { DAY_MS } from './duration.ts';
import { ago, dateTime } from './formats.ts';
import { Failure } from './states.tsx';
import { useZone } from './use-zone.ts';

const ENDS = [
  { value: '', label: 'Never' },
  { value: '1', label: 'In a day' },
  { value: '7', label: 'In a week' },
  { value: '30', label: 'In 30 days' },
  { value: '365', label: 'In a year' },
];

type Shared = 'dashboards' | 'reports';
type Link = Operations['getApiAppsAppDashboardsIdShare']['answer'][number];
type MadeLink = Operations['postApiAppsAppDashboardsIdShare']['answer'];

const pathOf = (app: string, of: Shared, ...rest: readonly string[]): string =>
  ['api/apps', ...[app, of, ...rest].map(encodeURIComponent)].join('/');

const linksQuery = (app: string, of: Shared, id: string) =>
  queryOptions({
    queryKey: ['links', app, of, id],
    queryFn: ({ signal }) => api<readonly Link[]>(pathOf(app, of, id, 'share'), { signal }),
  });

function useLinks(app: string, of: Shared, id: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: linksQuery(app, of, id).queryKey });
  const make = useMutation({
    mutationFn: (expiresAt: string | undefined) =>
      api<MadeLink>(pathOf(app, of, id, 'share'), {
        method: 'POST',
        body: expiresAt === undefined ? {} : { expiresAt },
      }),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: (link: string) => api(pathOf(app, of, id, 'share', link), { method: 'DELETE' }),
    onSuccess,
  });
  return { make, revoke };
}

interface ShareLinksProps {
  readonly app: string;
  readonly of: Shared;
  readonly id: string;
  onClose(): void;
}

/** Share links to a dashboard or a report for people without an account: create, list and revoke. A link is shown once, since the server keeps only its hash. */
export function ShareLinks({ app, of, id, onClose }: ShareLinksProps) {
  const { data, error } = useQuery(linksQuery(app, of, id));
  const { make, revoke } = useLinks(app, of, id);
  const timeZone = useZone(app);
  const [days, setDays] = useState('');
  const token = make.data?.url.split('/').at(-1);
  const address = token === undefined ? undefined : new URL(`share/${token}`, document.baseURI).href;
  return (
    <Modal opened onClose={onClose} title="Share" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Text size="sm" c="dimmed">
          Anyone with the link can view this {of === 'reports' ? 'report' : 'dashboard'} without signing in. They can’t
          change anything.
        </Text>
        <Group align="flex-end">
          <Select
            label="Expires"
            data={ENDS}
            value={days}
            allowDeselect={false}
            onChange={(value) => setDays(value ?? '')}
          />
          <Button
            loading={make.isPending}
            onClick={() =>
              make.mutate(days === '' ? undefined : new Date(Date.now() + Number(days) * DAY_MS).toISOString())
            }
          >
            Create link
          </Button>
        </Group>
        {make.error && <Failure error={make.error} />}
        {address !== undefined && (
          <Stack gap={6} role="status">
            <Group gap="xs">
              <Code fz="sm" style={{ overflowWrap: 'anywhere' }}>
                {address}
              </Code>
              <CopyButton text={address} label="Copy link" />
            </Group>
            <Text size="sm" c="dimmed">
              Copy it now. You won’t be able to see it again.
            </Text>
          </Stack>
        )}
        {error && <Failure error={error} />}
        {!data && !error && <Skeleton h={60} />}
        {revoke.error && <Failure error={revoke.error} />}
        {data && data.length > 0 && (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Created</Table.Th>
                <Table.Th>Expires</Table.Th>
                <Table.Th ta="right">Revoke</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((link) => (
                <Table.Tr key={link.id}>
                  <Table.Td>
                    {ago(link.createdAt)} by {link.createdBy}
                  </Table.Td>
                  <Table.Td>{link.expiresAt === undefined ? 'never' : dateTime(link.expiresAt, timeZone)}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Revoke the link created ${dateTime(link.createdAt, timeZone)}`}
                      loading={revoke.isPending && revoke.variables === link.id}
                      onClick={() =>
                        revoke.mutate(link.id, { onSuccess: () => link.id === make.data?.id && make.reset() })
                      }
                    >
                      Revoke
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {data?.length === 0 && <Text size="sm">No active links.</Text>}
      </Stack>
    </Modal>
  );
}
