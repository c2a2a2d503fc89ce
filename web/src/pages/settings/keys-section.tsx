import {
  Button,
  Checkbox,
  Code,
  Group,
  Modal,
  NumberInput,
  Paper,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  TagsInput,
  Text,
  Title,
} from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, urlOf } from '../../api/http.ts';
import { Confirm } from '../../components/confirm.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { faultsOf } from '../../components/faults.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { ago, count, dateTime, day } from '../../components/formats.ts';
import { SendSnippets } from '../../components/send-snippets.tsx';
import { Empty, Failure, FormFailure } from '../../components/states.tsx';
import { useZone } from '../../components/use-zone.ts';
import { type Key, keysQuery, type MadeKey } from './queries.ts';

/** Keys of this app: programs send and read events with them. */
export function KeysSection({ app }: { app: string }) {
  const client = useQueryClient();
  const timeZone = useZone(app);
  const { data, error, refetch } = useQuery(keysQuery);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const [revoked, setRevoked] = useState<Key>();
  const revoke = useMutation({
    mutationFn: (id: string) => api(`api/keys/${id}`, { method: 'DELETE' }),
    onSuccess(_, id) {
      setRevoked(undefined);
      setMade((shown) => (shown?.id === id ? undefined : shown));
      return client.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  const keys = data?.filter((key) => key.app === app);
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed" size="sm" maw={560}>
          Write keys only send events, so you can put them in a web page. Keep trusted keys and read keys on a server.
        </Text>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          New key
        </Button>
      </Group>
      {made && <Made made={made} />}
      {!keys && <Skeleton h={120} />}
      {keys?.length === 0 && (
        <Empty title="No keys yet">Create a key to send events from a program or a web page.</Empty>
      )}
      {keys && keys.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Key</Table.Th>
                <Table.Th>Scope</Table.Th>
                <Table.Th>Allowed origins</Table.Th>
                <Table.Th>Created</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th ta="right">Revoke</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>
                    <Code>{key.id}</Code>
                  </Table.Td>
                  <Table.Td>
                    {key.scope}
                    {key.trusted && ', trusted'}
                    {key.eventsPerSecond !== undefined && `, ${count(key.eventsPerSecond)}/s`}
                  </Table.Td>
                  <Table.Td>{key.origins?.join(', ') ?? 'anywhere'}</Table.Td>
                  <Table.Td>{day(key.createdAt, timeZone)}</Table.Td>
                  <Table.Td title={key.lastUsedAt && dateTime(key.lastUsedAt, timeZone)}>
                    {key.lastUsedAt === undefined ? 'never' : ago(key.lastUsedAt)}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Button size="xs" variant="default" aria-label={`Revoke ${key.id}`} onClick={() => setRevoked(key)}>
                      Revoke
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {isMaking && (
        <Make
          app={app}
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMade(key);
            setMaking(false);
          }}
        />
      )}
      {revoked && (
        <Confirm
          title={`Revoke ${revoked.id}?`}
          action="Revoke key"
          isBusy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoked.id)}
          onClose={() => setRevoked(undefined)}
        >
          Programs that use it stop working immediately. This can’t be undone.
        </Confirm>
      )}
    </Stack>
  );
}

function Make({ app, onClose, onMade }: { app: string; onClose: () => void; onMade: (made: MadeKey) => void }) {
  const client = useQueryClient();
  const [scope, setScope] = useState('write');
  const [origins, setOrigins] = useState<string[]>([]);
  const [rate, setRate] = useState<number | ''>('');
  const [isTrusted, setTrusted] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      api<MadeKey>('api/keys', {
        method: 'POST',
        body: {
          app,
          scope,
          ...(scope === 'write' && !isTrusted && origins.length > 0 && { origins }),
          ...(scope === 'write' && isTrusted && { trusted: true }),
          ...(scope === 'write' && rate !== '' && { eventsPerSecond: rate }),
        },
      }),
    async onSuccess(key) {
      await client.invalidateQueries({ queryKey: keysQuery.queryKey });
      onMade(key);
    },
  });
  const faults = faultsOf(make.error, 'origins', 'eventsPerSecond');
  return (
    <Modal opened onClose={onClose} title={`New key for ${app}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <SegmentedControl
            aria-label="Scope"
            fullWidth
            value={scope}
            onChange={setScope}
            data={[
              { value: 'write', label: 'Write' },
              { value: 'read', label: 'Read' },
            ]}
          />
          {scope === 'write' && (
            <>
              <Checkbox
                label="Trusted"
                description="For a program on your server. Its events may be of any age, their ids are unique across the app, and new event names are not limited per minute."
                checked={isTrusted}
                onChange={(event) => setTrusted(event.currentTarget.checked)}
              />
              <TagsInput
                label="Allowed origins"
                description={
                  isTrusted
                    ? 'Only for keys that are not trusted.'
                    : 'Sites that may use this key, such as https://shop.example. Leave empty to allow any.'
                }
                disabled={isTrusted}
                value={origins}
                error={faults.at('origins')}
                onChange={setOrigins}
              />
              <NumberInput
                label="Rate limit (events/s)"
                description="Default 1,000. Events above the limit are rejected."
                min={1}
                allowDecimal={false}
                value={rate}
                error={faults.at('eventsPerSecond')}
                onChange={(value) => setRate(typeof value === 'number' ? value : '')}
              />
            </>
          )}
          <FormFailure error={faults.rest} />
          <FormButtons action="Create key" isBusy={make.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function Made({ made }: { made: MadeKey }) {
  return (
    <Paper withBorder p="md" role="status">
      <Stack gap="xs">
        <Title order={2} size="h5">
          The new key
        </Title>
        <Group gap="xs">
          <Code style={{ overflowWrap: 'anywhere' }}>{made.key}</Code>
          <CopyButton text={made.key} label="Copy key" />
        </Group>
        <Text size="sm" c="dimmed">
          Copy it now. You won’t be able to see it again. To try it:
        </Text>
        {made.scope === 'write' ? <SendSnippets app={made.app} writeKey={made.key} /> : <ReadCommand made={made} />}
      </Stack>
    </Paper>
  );
}

function ReadCommand({ made }: { made: MadeKey }) {
  const command = `curl '${urlOf(`api/events/${made.app}`)}?limit=10' -H 'X-Access-Token: ${made.key}'`;
  return (
    <Group gap="xs">
      <Code style={{ overflowWrap: 'anywhere' }}>{command}</Code>
      <CopyButton text={command} label="Copy command" />
    </Group>
  );
}
