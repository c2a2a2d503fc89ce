import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dashboardsQuery } from '../api/hooks.ts';
import { api } from '../api/http.ts';
import type { Chart, Question, SavedDashboard } from '../api/wire.ts';
import { faultsOf } from './faults.ts';
import { reportName } from './report-name.ts';
import { createReport } from './saved-reports.ts';
import { SearchSelect } from './search-select.tsx';
import { FormFailure } from './states.tsx';

const NOWHERE = '\u0000none';
const NEW = '\u0000new';
/** Half of a row of twelve columns, and about a third of a screen. */
const TILE = { w: 6, h: 4 };

interface SaveFormProps {
  readonly app: string;
  readonly question: Question;
  readonly chart: Chart;
  /** Of the report that was opened: the new one is a variant of it. */
  readonly name?: string | undefined;
  onClose(): void;
  onSaved(report: string): void;
}

/** Saves a question as a new report; adds it to a dashboard on request, or to a new one. */
export function SaveForm({ app, question, chart, name: opened, onClose, onSaved }: SaveFormProps) {
  const client = useQueryClient();
  const base = `api/apps/${encodeURIComponent(app)}`;
  const { data: dashboards = [] } = useQuery(dashboardsQuery(app));
  const [name, setName] = useState(() => (opened === undefined ? reportName(question) : `${opened} (copy)`));
  const [description, setDescription] = useState('');
  const [board, setBoard] = useState<string>(NOWHERE);
  const [boardName, setBoardName] = useState('');
  const given = name.trim();
  const isReady = given !== '' && (board !== NEW || boardName.trim() !== '');

  const save = useMutation({
    async mutationFn() {
      const about = description.trim();
      const kept = await createReport(app, {
        name: given,
        chart,
        question,
        ...(about !== '' && { description: about }),
      });
      const tile = { x: 0, y: 0, ...TILE, report: kept.id };
      const dashboard = dashboards.find(({ id }) => id === board);
      if (board === NEW)
        await api<SavedDashboard>(`${base}/dashboards`, {
          method: 'POST',
          body: { name: boardName.trim(), tiles: [tile] },
        });
      else if (dashboard) {
        const below = Math.max(0, ...dashboard.tiles.map(({ y, h }) => y + h));
        await api<SavedDashboard>(`${base}/dashboards/${dashboard.id}`, {
          method: 'PATCH',
          body: { version: dashboard.version, tiles: [...dashboard.tiles, { ...tile, y: below }] },
        });
      }
      return kept;
    },
    // After a failure too: what was saved before it is there.
    onSettled: () => client.invalidateQueries({ queryKey: ['saved', app] }),
    onSuccess({ id }) {
      onSaved(id);
      onClose();
    },
  });
  const faults = faultsOf(save.error, 'name', 'description');

  return (
    <Modal opened onClose={onClose} title="Save report" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={256}
            data-autofocus
            value={name}
            error={faults.at('name')}
            onFocus={(event) => event.currentTarget.select()}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            value={description}
            error={faults.at('description')}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <SearchSelect
            label="Add to dashboard"
            nothingFoundMessage="No matching dashboards"
            data={[
              { value: NOWHERE, label: 'None' },
              { value: NEW, label: 'New dashboard…' },
              ...dashboards.map(({ id, name: called }) => ({ value: id, label: called })),
            ]}
            value={board}
            onChange={(id) => setBoard(id ?? NOWHERE)}
          />
          {board === NEW && (
            <TextInput
              label="Name of the dashboard"
              required
              maxLength={200}
              value={boardName}
              onChange={(event) => setBoardName(event.currentTarget.value)}
            />
          )}
          <FormFailure error={faults.rest} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isReady} loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
