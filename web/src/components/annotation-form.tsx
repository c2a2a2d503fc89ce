import { Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/http.ts';
import type { Annotation } from '../api/wire.ts';
import { faultsOf } from './faults.ts';
import { FormButtons } from './form-buttons.tsx';
import { FormFailure } from './states.tsx';

interface AnnotationFormProps {
  readonly app: string;
  /** The annotation to change; without it a new one. */
  readonly mark?: Annotation | undefined;
  readonly title: string;
  /** The label of the save button. */
  readonly action: string;
  /** Called when the reader closes it or it was saved. */
  onClose(): void;
}

/** Marks a day on every chart of the app: a release, a campaign, an outage. */
export function AnnotationForm({ app, mark, title, action, onClose }: AnnotationFormProps) {
  const client = useQueryClient();
  const [date, setDate] = useState(() => String(mark?.date ?? new Date().toISOString()).slice(0, 10));
  const [text, setText] = useState(mark?.text ?? '');
  const base = `api/apps/${encodeURIComponent(app)}/annotations`;
  const save = useMutation({
    mutationFn: () => {
      // An annotation with a time of day keeps it unless another day is chosen.
      const moved = mark === undefined || String(mark.date).slice(0, 10) !== date;
      const body = { text, ...(moved && { date }), ...(mark && { version: mark.version }) };
      return mark
        ? api(`${base}/${encodeURIComponent(mark.id)}`, { method: 'PATCH', body })
        : api(base, { method: 'POST', body });
    },
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['annotations', app] });
      onClose();
    },
  });
  const faults = faultsOf(save.error, 'date', 'text');
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
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
            error={faults.at('date')}
            onChange={(event) => setDate(event.currentTarget.value)}
          />
          <TextInput
            label="Note"
            placeholder="Released version 2.0"
            required
            data-autofocus
            value={text}
            error={faults.at('text')}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <FormFailure error={faults.rest} />
          <FormButtons action={action} isBusy={save.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
