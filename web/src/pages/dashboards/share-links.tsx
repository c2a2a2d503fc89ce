import { Button, Code, Group, Modal, Select, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { DAY_MS } from '../../components/duration.ts';
import { ago, dateTime } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { linksQuery, useLinks } from './queries.ts';

const ENDS = [
  { value: '', label: 'Never' },
  { value: '1', label: 'In a day' },
  { value: '7', label: 'In a week' },
  { value: '30', label: 'In 30 days' },
  { value: '365', label: 'In a year' },
];

/** Links to a dashboard for people without an account: made, listed and revoked. A link is shown once, since the server keeps only its hash. */
export function ShareLinks({ app, id, onClose }: { app: string; id: string; onClose: () => void }) {
  const { data, error } = useQuery(linksQuery(app, id));
  const { make, revoke } = useLinks(app, id);
  const [days, setDays] = useState('');
  const token = make.data?.url.split('/').at(-1);
  const address = token === undefined ? undefined : new URL(`share/${token}`, document.baseURI).href;
  return (
    <Modal opened onClose={onClose} title="Share" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Text size="sm" c="dimmed">
          Anyone with the link can view this dashboard without signing in. They can’t change anything.
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
                  <Table.Td>{link.expiresAt === undefined ? 'never' : dateTime(link.expiresAt)}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Revoke the link created ${dateTime(link.createdAt)}`}
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
