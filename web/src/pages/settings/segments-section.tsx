import {
  Button,
  Group,
  Modal,
  NumberInput,
  Paper,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { segmentsQuery, useIsAdmin } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import type { SavedSegment } from '../../api/wire.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { EventSelect } from '../../parts/event-select.tsx';
import { Empty, Failure } from '../../parts/states.tsx';
import { appPath } from './queries.ts';
import { FIRST, type Row, rowsOf, segmentOf, wordsOf } from './segments.ts';

/** Groups of users by what they did, for any question. */
export function SegmentsSection({ app }: { app: string }) {
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(segmentsQuery(app));
  const [edited, setEdited] = useState<SavedSegment | 'new'>();
  const [removed, setRemoved] = useState<SavedSegment>();
  const changed = () => client.invalidateQueries({ queryKey: segmentsQuery(app).queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api(appPath(app, 'segments', id), { method: 'DELETE' }),
    onSuccess() {
      setRemoved(undefined);
      return changed();
    },
  });
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={160} />;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Groups of users by what they did; any question can be asked of one.
        </Text>
        {isAdmin && <Button onClick={() => setEdited('new')}>New segment</Button>}
      </Group>
      {data.length === 0 && <Empty title="No segments yet">For example those who bought in the last 30 days.</Empty>}
      {data.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Users who</Table.Th>
              {isAdmin && <Table.Th ta="right">Change</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.name}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{wordsOf(one.segment)}</Table.Td>
                {isAdmin && (
                  <Table.Td>
                    <Group gap={4} justify="flex-end">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Edit ${one.name}`}
                        onClick={() => setEdited(one)}
                      >
                        Edit
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Delete ${one.name}`}
                        onClick={() => setRemoved(one)}
                      >
                        Delete
                      </Button>
                    </Group>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {edited && (
        <Edit
          app={app}
          saved={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={async () => {
            await changed();
            setEdited(undefined);
          }}
        />
      )}
      {removed && (
        <Confirm
          title={`Delete ${removed.name}?`}
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removed.id)}
          onClose={() => {
            setRemoved(undefined);
            remove.reset();
          }}
        >
          The users and their events stay. A report that uses the segment keeps it from being deleted.
        </Confirm>
      )}
    </Stack>
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
  return (
    <Modal
      opened
      onClose={onClose}
      title={saved ? 'Edit the segment' : 'New segment'}
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
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {!known && (
            <Text size="sm" c="dimmed">
              {saved && wordsOf(saved.segment)}. It was made through the API and says more than this form can; its name
              can be changed here.
            </Text>
          )}
          {rows.length > 1 && (
            <SegmentedControl
              aria-label="How the conditions are joined"
              value={join}
              onChange={(value) => setJoin(value === 'or' ? 'or' : 'and')}
              data={[
                { value: 'and', label: 'All of them' },
                { value: 'or', label: 'Any of them' },
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
                    { value: 'not', label: 'Did not' },
                  ]}
                />
                <EventSelect label="Event" app={app} value={row.event} onChange={(event) => set(i, { event })} />
                <Group grow align="flex-end">
                  <NumberInput
                    label="At least so many times"
                    min={1}
                    allowDecimal={false}
                    value={row.times}
                    onChange={(value) => set(i, { times: Number(value) || 1 })}
                  />
                  <NumberInput
                    label="In the last days"
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
          {save.error && <Failure error={save.error} />}
          <Group justify="space-between">
            {known ? (
              <Button variant="default" onClick={() => setRows((before) => [...before, FIRST])}>
                Add a condition
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
