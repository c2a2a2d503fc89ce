import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import type { Annotation } from '../../api/wire.ts';
import { Failure } from '../../parts/states.tsx';

/** Marks a day on every chart of the app: a release, a campaign, an outage. */
export function AnnotateForm({ app, onClose }: { app: string; onClose(): void }) {
  const client = useQueryClient();
  const [date, setDate] = useState(() => new Date().toISOString().slice(0, 10));
  const [text, setText] = useState('');
  const add = useMutation({
    mutationFn: () =>
      api<Annotation>(`api/apps/${encodeURIComponent(app)}/annotations`, { method: 'POST', body: { date, text } }),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['annotations', app] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Mark a date on the charts">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Day"
            type="date"
            required
            value={date}
            onChange={(event) => setDate(event.currentTarget.value)}
          />
          <TextInput
            label="What happened"
            placeholder="Version 2.0 released"
            required
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {add.error && <Failure error={add.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={add.isPending}>
              Mark it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
