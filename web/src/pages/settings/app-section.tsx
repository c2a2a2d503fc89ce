import { Alert, Button, Group, NumberInput, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';
import { count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { appPath, settingsQuery } from './queries.ts';

type Saved = Operations['getApiAppsApp']['answer'];
type Change = Operations['patchApiAppsApp']['body'];

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const CONFIGURED = 'configured';

export function AppSection({ app }: { app: string }) {
  const { data, error, refetch } = useQuery(settingsQuery(app));
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  return data ? <Form key={app} app={app} saved={data} /> : <Skeleton h={360} />;
}

function Form({ app, saved }: { app: string; saved: Saved }) {
  const client = useQueryClient();
  const [name, setName] = useState(saved.name ?? '');
  const [zone, setZone] = useState(saved.timeZone ?? CONFIGURED);
  const [weekStart, setWeekStart] = useState<string>(saved.weekStart ?? CONFIGURED);
  const [days, setDays] = useState<number | ''>(saved.retentionDays ?? '');
  const save = useMutation({
    mutationFn: (body: Change) => api<Saved>(appPath(app), { method: 'PATCH', body }),
    // Days are cut elsewhere now: every answer of the app may be another.
    onSuccess: (now) => {
      client.setQueryData(settingsQuery(app).queryKey, now);
      return Promise.all([
        client.invalidateQueries({ queryKey: ['apps'] }),
        client.invalidateQueries({ queryKey: ['answer', app] }),
      ]);
    },
  });
  const erasesMore = days !== '' && (saved.retentionDays === undefined || days < saved.retentionDays);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({
          name: name.trim() || null,
          timeZone: zone === CONFIGURED ? null : zone,
          weekStart: weekStart === 'sunday' || weekStart === 'monday' ? weekStart : null,
          retentionDays: days === '' ? null : days,
        });
      }}
    >
      <Stack maw={480}>
        <TextInput
          label="Name"
          description={`Display name. ID: ${app}`}
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Time zone"
          description="Used for all reports unless changed there."
          searchable
          allowDeselect={false}
          limit={200}
          nothingFoundMessage="No matching time zone"
          data={[{ value: CONFIGURED, label: 'Server default' }, ...ZONES]}
          value={zone}
          onChange={(value) => setZone(value ?? CONFIGURED)}
        />
        <Select
          label="Week starts on"
          allowDeselect={false}
          data={[
            { value: CONFIGURED, label: 'Server default' },
            { value: 'monday', label: 'Monday' },
            { value: 'sunday', label: 'Sunday' },
          ]}
          value={weekStart}
          onChange={(value) => setWeekStart(value ?? CONFIGURED)}
        />
        <NumberInput
          label="Data retention (days)"
          description="Empty = server default."
          min={1}
          max={36_500}
          allowDecimal={false}
          value={days}
          onChange={(value) => setDays(typeof value === 'number' ? value : '')}
        />
        {erasesMore && (
          <Alert variant="default" color="yellow" title="Older events will be deleted permanently">
            Events of {app} older than {count(days)} days will be deleted permanently, now and every day. Only a backup
            can restore them.
          </Alert>
        )}
        {save.error && <Failure error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {save.isSuccess ? 'Saved.' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
