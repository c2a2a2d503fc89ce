import { Button, Group, Modal, NumberInput, Paper, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { segmentsQuery } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import type { SavedSegment } from '../../api/wire.ts';
import { EventSelect } from '../../components/event-select.tsx';
import { faultsOf } from '../../components/faults.ts';
import { FormFailure } from '../../components/states.tsx';
import { appPath } from './queries.ts';
import { SavedList } from './saved-list.tsx';
import { FIRST, type Row, rowsOf, segmentOf, wordsOf } from './segments.ts';

/** Groups of users by what they did, for any question. */
export function SegmentsSection({ app }: { app: string }) {
  return (
    <SavedList<SavedSegment>
      app={app}
      what="segments"
      queryKey={segmentsQuery(app).queryKey}
      intro="Groups of users by what they did. Use them to filter any report."
      create="New segment"
      empty={{ title: 'No segments yet', text: 'For example, users who bought in the last 30 days.' }}
      columns={['Name', 'Users who']}
      cellsOf={({ name, segment }) => [name, wordsOf(segment)]}
      nameOf={({ name }) => name}
      removal={{
        title: ({ name }) => `Delete ${name}?`,
        text: () => 'Users and events are kept. A segment that a report uses can’t be deleted.',
      }}
      edit={(saved, onClose, onSaved) => <Edit app={app} saved={saved} onClose={onClose} onSaved={onSaved} />}
    />
  );
}

interface EditProps {
  readonly app: string;
  readonly saved: SavedSegment | undefined;
  onClose(): void;
  onSaved(): void;
}

function Edit({ app, saved, onClose, onSaved }: EditProps) {
  const known = saved ? rowsOf(saved.segment) : { join: 'and' as const, rows: [FIRST] };
  const [name, setName] = useState(saved?.name ?? '');
  const [join, setJoin] = useState<'and' | 'or'>(known?.join ?? 'and');
  const [rows, setRows] = useState<readonly Row[]>(known?.rows ?? []);
  const save = useMutation({
    mutationFn: () => {
      const segment = known && { segment: segmentOf({ join, rows }) };
      return saved
        ? api(appPath(app, 'segments', saved.id), {
            method: 'PATCH',
            body: { name, ...segment, version: saved.version },
          })
        : api(appPath(app, 'segments'), { method: 'POST', body: { name, ...segment } });
    },
    onSuccess: onSaved,
  });
  const set = (i: number, change: Partial<Row>): void =>
    setRows((before) => before.map((row, j) => (j === i ? { ...row, ...change } : row)));
  const faults = faultsOf(save.error, 'name');
  return (
    <Modal
      opened
      onClose={onClose}
      title={saved ? 'Edit segment' : 'New segment'}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            error={faults.at('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {!known && (
            <Text size="sm" c="dimmed">
              {saved && wordsOf(saved.segment)}. It was created through the API and has conditions this form can’t show.
              You can rename it here.
            </Text>
          )}
          {rows.length > 1 && (
            <SegmentedControl
              aria-label="Match"
              value={join}
              onChange={(value) => setJoin(value === 'or' ? 'or' : 'and')}
              data={[
                { value: 'and', label: 'All conditions' },
                { value: 'or', label: 'Any condition' },
              ]}
            />
          )}
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name of their own
            <Paper key={i} withBorder p="sm">
              <Stack gap="xs">
                <SegmentedControl
                  aria-label={`Condition ${i + 1}`}
                  size="xs"
                  value={row.isNot ? 'not' : 'did'}
                  onChange={(value) => set(i, { isNot: value === 'not' })}
                  data={[
                    { value: 'did', label: 'Did' },
                    { value: 'not', label: 'Did not do' },
                  ]}
                />
                <EventSelect label="Event" app={app} value={row.event} onChange={(event) => set(i, { event })} />
                <Group grow align="flex-end">
                  <NumberInput
                    label="At least … times"
                    min={1}
                    allowDecimal={false}
                    value={row.times}
                    onChange={(value) => set(i, { times: Number(value) || 1 })}
                  />
                  <NumberInput
                    label="In the last … days"
                    min={1}
                    max={99_999}
                    allowDecimal={false}
                    value={row.days}
                    onChange={(value) => set(i, { days: Number(value) || 1 })}
                  />
                </Group>
                {rows.length > 1 && (
                  <Group justify="flex-end">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Remove condition ${i + 1}`}
                      onClick={() => setRows((before) => before.filter((_, j) => j !== i))}
                    >
                      Remove
                    </Button>
                  </Group>
                )}
              </Stack>
            </Paper>
          ))}
          <FormFailure error={faults.rest} />
          <Group justify="space-between">
            {known ? (
              <Button variant="default" onClick={() => setRows((before) => [...before, FIRST])}>
                Add condition
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
