import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dashboardsQuery, reportsQuery } from '../api/hooks.ts';
import { api } from '../api/http.ts';
import type { Chart, Question, SavedDashboard, SavedReport } from '../api/wire.ts';
import { Failure } from './states.tsx';

const NOWHERE = '\u0000none';
/** Half of a row of twelve columns, and about a third of a screen. */
const TILE = { w: 6, h: 4 };

interface SaveFormProps {
  readonly app: string;
  readonly question: Question;
  readonly chart: Chart;
  /** The saved report that was opened. */
  readonly report: string | undefined;
  onClose(): void;
  onSaved(report: string): void;
}

/** Saves a question as a report, or changes the one that was opened; puts it on a dashboard when asked to. */
export function SaveForm({ app, question, chart, report, onClose, onSaved }: SaveFormProps) {
  const client = useQueryClient();
  const base = `api/apps/${encodeURIComponent(app)}`;
  const { data: reports } = useQuery(reportsQuery(app));
  const { data: dashboards = [] } = useQuery(dashboardsQuery(app));
  const opened = reports?.find(({ id }) => id === report);
  const [name, setName] = useState<string>();
  const [description, setDescription] = useState<string>();
  const [board, setBoard] = useState<string>(NOWHERE);
  const given = (name ?? opened?.name ?? '').trim();

  const save = useMutation({
    async mutationFn(asNew: boolean) {
      const said = description ?? opened?.description;
      const body = { name: given, chart, question, ...(said ? { description: said } : {}) };
      const kept =
        opened && !asNew
          ? await api<SavedReport>(`${base}/reports/${opened.id}`, {
              method: 'PATCH',
              body: { ...body, version: opened.version },
            })
          : await api<SavedReport>(`${base}/reports`, { method: 'POST', body });
      const dashboard = dashboards.find(({ id }) => id === board);
      if (dashboard) {
        const below = Math.max(0, ...dashboard.tiles.map(({ y, h }) => y + h));
        await api<SavedDashboard>(`${base}/dashboards/${dashboard.id}`, {
          method: 'PATCH',
          body: {
            version: dashboard.version,
            tiles: [...dashboard.tiles, { x: 0, y: below, ...TILE, report: kept.id }],
          },
        });
      }
      return kept;
    },
    // Also after a failure: what was saved before it is there.
    onSettled: () => client.invalidateQueries({ queryKey: ['saved', app] }),
    onSuccess({ id }) {
      onSaved(id);
      onClose();
    },
  });

  return (
    <Modal opened onClose={onClose} title="Save report">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (given !== '') save.mutate(false);
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={256}
            data-autofocus
            value={name ?? opened?.name ?? ''}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            value={description ?? opened?.description ?? ''}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Select
            label="Add to dashboard"
            allowDeselect={false}
            data={[
              { value: NOWHERE, label: 'None' },
              ...dashboards.map(({ id, name: called }) => ({ value: id, label: called })),
            ]}
            value={board}
            onChange={(id) => setBoard(id ?? NOWHERE)}
          />
          {save.error && <Failure error={save.error} />}
          <Group justify="flex-end">
            {opened && (
              <Button
                variant="default"
                disabled={given === ''}
                loading={save.isPending}
                onClick={() => save.mutate(true)}
              >
                Save as new report
              </Button>
            )}
            <Button type="submit" disabled={given === ''} loading={save.isPending}>
              {opened ? 'Save changes' : 'Save'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
