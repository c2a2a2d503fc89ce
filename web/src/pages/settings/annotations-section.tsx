import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { annotationsQuery } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import type { Annotation, Operations } from '../../api/wire.ts';
import { day } from '../../parts/formats.ts';
import { Failure } from '../../parts/states.tsx';
import { appPath } from './queries.ts';
import { SavedList } from './saved-list.tsx';

/** With the instant it stands at. */
type Mark = Operations['getApiAppsAppAnnotations']['answer'][number];

/** Marks on every chart: what happened on a day. */
export function AnnotationsSection({ app }: { app: string }) {
  return (
    <SavedList<Mark>
      app={app}
      what="annotations"
      queryKey={annotationsQuery(app).queryKey}
      intro={`Marks on the charts of ${app}: a release, a campaign, an outage.`}
      create="New mark"
      empty={{ title: 'No marks yet', text: 'They explain a bend in a line to whoever sees it later.' }}
      columns={['Day', 'What happened']}
      cellsOf={({ date, at, text }) => [typeof date === 'string' && date.length === 10 ? date : day(at), text]}
      nameOf={({ text }) => text}
      removal={{
        title: () => 'Delete this mark?',
        text: ({ text }) => `${text} is no longer shown on any chart.`,
      }}
      edit={(mark, onClose, onSaved) => <Edit app={app} mark={mark} onClose={onClose} onSaved={onSaved} />}
    />
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
