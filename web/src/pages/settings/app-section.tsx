import { Button, Group, NumberInput, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';
import { faultsOf } from '../../components/faults.ts';
import { count } from '../../components/formats.ts';
import { Failure, FormFailure } from '../../components/states.tsx';
import { ZoneSelect } from '../../components/zone-select.tsx';
import { appPath, settingsQuery } from './queries.ts';
import { RetentionWarning } from './retention-warning.tsx';

type Saved = Operations['getApiAppsApp']['answer'];
type Change = Operations['patchApiAppsApp']['body'];

const CONFIGURED = 'configured';
const DAYS = { monday: 'Monday', sunday: 'Sunday' } as const;

export function AppSection({ app }: { app: string }) {
  const { data, error, refetch } = useQuery(settingsQuery(app));
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  return data ? <Form key={app} app={app} saved={data} /> : <Skeleton h={360} />;
}

function Form({ app, saved }: { app: string; saved: Saved }) {
  const client = useQueryClient();
  const { defaults } = saved;
  const [name, setName] = useState(saved.name ?? '');
  const [zone, setZone] = useState<string | undefined>(saved.timeZone ?? undefined);
  const [weekStart, setWeekStart] = useState<string>(saved.weekStart ?? CONFIGURED);
  const [days, setDays] = useState<number | ''>(saved.retentionDays ?? '');
  const [confirmed, setConfirmed] = useState('');
  const save = useMutation({
    mutationFn: (body: Change) => api(appPath(app), { method: 'PATCH', body }),
    // Days begin at another time now: every answer of the app may change.
    onSuccess: () => {
      setConfirmed('');
      return Promise.all([
        client.invalidateQueries({ queryKey: settingsQuery(app).queryKey }),
        client.invalidateQueries({ queryKey: ['apps'] }),
        client.invalidateQueries({ queryKey: ['answer', app] }),
      ]);
    },
  });
  const faults = faultsOf(save.error, 'name', 'timeZone', 'weekStart', 'retentionDays');
  /** undefined: forever. */
  const keptNow = saved.retentionDays ?? defaults.retentionDays;
  const keptThen = days === '' ? defaults.retentionDays : days;
  const deletesFrom = keptThen !== undefined && keptThen < (keptNow ?? Number.POSITIVE_INFINITY) ? keptThen : undefined;
  const [isHarmless, setHarmless] = useState(false);
  const isOff = deletesFrom !== undefined && !isHarmless && confirmed !== app;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isOff) return;
        save.mutate({
          name: name.trim() || null,
          timeZone: zone ?? null,
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
          error={faults.at('name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ZoneSelect
          description="Used for all reports unless changed there."
          defaultLabel={`Server default (${defaults.timeZone})`}
          value={zone}
          error={faults.at('timeZone')}
          onChange={setZone}
        />
        <Select
          label="Week starts on"
          allowDeselect={false}
          data={[
            { value: CONFIGURED, label: `Server default (${DAYS[defaults.weekStart]})` },
            { value: 'monday', label: DAYS.monday },
            { value: 'sunday', label: DAYS.sunday },
          ]}
          value={weekStart}
          error={faults.at('weekStart')}
          onChange={(value) => setWeekStart(value ?? CONFIGURED)}
        />
        <NumberInput
          label="Data retention (days)"
          description={`Empty = server default (${defaults.retentionDays === undefined ? 'forever' : `${count(defaults.retentionDays)} days`}).`}
          min={1}
          max={36_500}
          allowDecimal={false}
          value={days}
          error={faults.at('retentionDays')}
          onChange={(value) => {
            setDays(typeof value === 'number' ? value : '');
            setConfirmed('');
          }}
        />
        {deletesFrom !== undefined && (
          <RetentionWarning
            app={app}
            days={deletesFrom}
            typed={confirmed}
            onTyped={setConfirmed}
            onHarmless={setHarmless}
          />
        )}
        <FormFailure error={faults.rest} />
        <Group>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={isOff}
            {...(deletesFrom !== undefined && !isHarmless && { color: 'red.9' })}
          >
            {deletesFrom !== undefined && !isHarmless ? 'Save and delete' : 'Save'}
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {save.isSuccess ? 'Saved.' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
