import { Alert, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import { count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { Erasures } from './erasures.tsx';

/** Erases the events of a user or a device: shows how many, asks to type the name again, then shows the progress. */
export function EraseSection({ app }: { app: string }) {
  const asked = useSearch({ from: '/signed-in/apps/$app/settings' });
  const client = useQueryClient();
  const [field, setField] = useState<'user' | 'device'>(asked.user === undefined && asked.device ? 'device' : 'user');
  const named = asked[field] ?? '';
  const [typed, setTyped] = useState(named);
  const [user, setUser] = useState(named);
  const [again, setAgain] = useState('');
  const found = useQuery({
    queryKey: ['erasable', app, field, user],
    queryFn: async ({ signal }) => {
      const query = { [field]: user, dryRun: 'true' };
      const path = `api/events/${encodeURIComponent(app)}`;
      return (await api<{ matching: number }>(path, { method: 'DELETE', query, signal })).matching;
    },
    enabled: user !== '',
    staleTime: 0,
  });
  const erase = useMutation({
    mutationFn: () =>
      api(`api/events/${encodeURIComponent(app)}`, { method: 'DELETE', query: { [field]: user, wait: 0 } }),
    onSuccess() {
      setAgain('');
      setUser('');
      setTyped('');
      return client.invalidateQueries();
    },
  });
  return (
    <Stack maw={560}>
      <Text size="sm" c="dimmed">
        Delete a person’s data (GDPR). This deletes every event in {app} from the user, and anonymous events from their
        devices while they used them. Events of other users on the same devices are kept.
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          erase.reset();
          setAgain('');
          setUser(typed);
        }}
      >
        <Group align="flex-end">
          <SegmentedControl
            aria-label="Delete by"
            data={[
              { value: 'user', label: 'User' },
              { value: 'device', label: 'Device' },
            ]}
            value={field}
            onChange={(next) => {
              setField(next === 'device' ? 'device' : 'user');
              setTyped('');
              setUser('');
              erase.reset();
            }}
          />
          <TextInput
            label={field === 'user' ? 'User' : 'Device'}
            required
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            style={{ flex: 1 }}
          />
          <Button type="submit" variant="default" loading={found.isFetching}>
            Preview
          </Button>
        </Group>
      </form>
      {found.error && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {user !== '' && found.data === 0 && (
        <Text role="status">
          No event of {app} belongs to this {field}. Check how it is written.
        </Text>
      )}
      {user !== '' && found.data !== undefined && found.data > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (again === user) erase.mutate();
          }}
        >
          <Stack>
            <Alert variant="default" color="red" title={`${count(found.data)} events will be deleted`}>
              This can’t be undone, and past reports will change.
            </Alert>
            <TextInput
              label={`Type ${user} to confirm`}
              autoComplete="off"
              value={again}
              onChange={(event) => setAgain(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit" color="red.9" disabled={again !== user} loading={erase.isPending}>
                Erase {count(found.data)} events
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {erase.error && <Failure error={erase.error} />}
      <Erasures app={app} />
    </Stack>
  );
}
