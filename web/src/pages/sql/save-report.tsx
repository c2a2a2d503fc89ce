import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import type { Chart, QuestionOf, SavedReport } from '../../api/wire.ts';
import { AnchorLink } from '../../parts/links.tsx';

interface SaveReportProps {
  readonly app: string;
  readonly question: QuestionOf<'sql'>;
  readonly chart: Chart;
  onClose(): void;
}

/** Keeps the question under a name, for dashboards. */
export function SaveReport({ app, question, chart, onClose }: SaveReportProps) {
  const [name, setName] = useState('');
  const client = useQueryClient();
  const { mutate, error, isPending, data } = useMutation({
    mutationFn: () =>
      api<SavedReport>(`api/apps/${encodeURIComponent(app)}/reports`, {
        method: 'POST',
        body: { name, chart, question },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['reports', app] }),
  });
  return (
    <Modal opened onClose={onClose} title="Save as report" closeButtonProps={{ 'aria-label': 'Close' }}>
      {data ? (
        <Stack gap="sm">
          <Text size="sm" role="status">
            Saved as “{data.name}”. It can be put on a{' '}
            <AnchorLink to="/apps/$app/dashboards" params={{ app }} size="sm">
              dashboard
            </AnchorLink>
            .
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Name"
              data-autofocus
              value={name}
              error={error?.message}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" disabled={name.trim() === ''} loading={isPending}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
