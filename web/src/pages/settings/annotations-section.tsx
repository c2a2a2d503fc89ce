import { Button, Group, Modal, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { annotationsQuery, useIsAdmin } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import type { Annotation } from '../../api/wire.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { day } from '../../parts/formats.ts';
import { Empty, Failure } from '../../parts/states.tsx';
import { appPath } from './queries.ts';

/** Marks on every chart: what happened on a day. */
export function AnnotationsSection({ app }: { app: string }) {
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(annotationsQuery(app));
  const [edited, setEdited] = useState<Annotation | 'new'>();
  const [removed, setRemoved] = useState<Annotation>();
  const changed = () => client.invalidateQueries({ queryKey: ['annotations', app] });
  const remove = useMutation({
    mutationFn: (id: string) => api(appPath(app, 'annotations', id), { method: 'DELETE' }),
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
          Marks on the charts of {app}: a release, a campaign, an outage.
        </Text>
        {isAdmin && <Button onClick={() => setEdited('new')}>New mark</Button>}
      </Group>
      {data.length === 0 && <Empty title="No marks yet">They explain a bend in a line to whoever sees it later.</Empty>}
      {data.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Day</Table.Th>
              <Table.Th>What happened</Table.Th>
              {isAdmin && <Table.Th ta="right">Change</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((mark) => (
              <Table.Tr key={mark.id}>
                <Table.Td>
                  {typeof mark.date === 'string' && mark.date.length === 10 ? mark.date : day(mark.at)}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{mark.text}</Table.Td>
                {isAdmin && (
                  <Table.Td>
                    <Group gap={4} justify="flex-end">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Edit ${mark.text}`}
                        onClick={() => setEdited(mark)}
                      >
                        Edit
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Delete ${mark.text}`}
                        onClick={() => setRemoved(mark)}
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
          mark={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={async () => {
            await changed();
            setEdited(undefined);
          }}
        />
      )}
      {removed && (
        <Confirm
          title="Delete this mark?"
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removed.id)}
          onClose={() => setRemoved(undefined)}
        >
          {removed.text} is no longer shown on any chart.
        </Confirm>
      )}
    </Stack>
  );
}

interface EditProps {
  readonly app: string;
  readonly mark: Annotation | undefined;
  onClose(): void;
  onSaved(): void;
}

function Edit({ app, mark, onClose, onSaved }: EditProps) {
  const [date, setDate] = useState(() => String(mark?.date ?? new Date().toISOString()).slice(0, 10));
  const [text, setText] = useState(mark?.text ?? '');
  const save = useMutation({
    mutationFn: () => {
      // A mark at a time of the day keeps it unless another day is chosen.
      const moved = mark === undefined || String(mark.date).slice(0, 10) !== date;
      const body = { text, ...(moved && { date }), ...(mark && { version: mark.version }) };
      return mark
        ? api(appPath(app, 'annotations', mark.id), { method: 'PATCH', body })
        : api(appPath(app, 'annotations'), { method: 'POST', body });
    },
    onSuccess: onSaved,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={mark ? 'Edit the mark' : 'New mark'}
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
            type="date"
            label="Day"
            required
            value={date}
            onChange={(event) => setDate(event.currentTarget.value)}
          />
          <TextInput
            label="What happened"
            required
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {save.error && <Failure error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
