import { ActionIcon, Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { appsQuery } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import { EventSelect } from '../../components/event-select.tsx';
import { FormFailure } from '../../components/states.tsx';
import { type Goal, goalName, targetOf } from './question.ts';

/** The server's limit. */
const GOALS_MAX = 20;

interface GoalsFormProps {
  readonly app: string;
  readonly goals: readonly Goal[];
  onClose(): void;
}

/** The goals of the app: each is saved when it is added or removed. */
export function GoalsForm({ app, goals, onClose }: GoalsFormProps) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (next: readonly Goal[]) =>
      api(`api/apps/${encodeURIComponent(app)}`, { method: 'PATCH', body: { goals: next.length > 0 ? next : null } }),
    onSuccess: () => client.invalidateQueries({ queryKey: appsQuery.queryKey }),
  });
  return (
    <Modal opened onClose={onClose} title="Goals" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        {goals.length > 0 && (
          <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {goals.map((goal) => (
              <Group key={goalName(goal)} component="li" justify="space-between" wrap="nowrap">
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {goalName(goal)}
                  {goal.name !== undefined && (
                    <Text span size="sm" c="dimmed">
                      {' '}
                      {targetOf(goal)}
                    </Text>
                  )}
                </Text>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Delete goal: ${goalName(goal)}`}
                  disabled={save.isPending}
                  onClick={() => save.mutate(goals.filter((other) => other !== goal))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
          </Stack>
        )}
        {goals.length < GOALS_MAX ? (
          <NewGoal
            app={app}
            taken={goals.map(goalName)}
            isBusy={save.isPending}
            onAdd={(goal, done) => save.mutate([...goals, goal], { onSuccess: done })}
          />
        ) : (
          <Text size="sm" c="dimmed">
            An app has at most {GOALS_MAX} goals.
          </Text>
        )}
        <FormFailure error={save.error} />
      </Stack>
    </Modal>
  );
}

interface NewGoalProps {
  readonly app: string;
  readonly taken: readonly string[];
  readonly isBusy: boolean;
  onAdd(goal: Goal, done: () => void): void;
}

function NewGoal({ app, taken, isBusy, onAdd }: NewGoalProps) {
  const [kind, setKind] = useState('event');
  const [event, setEvent] = useState<string>();
  const [page, setPage] = useState('');
  const [name, setName] = useState('');
  const named = name.trim() === '' ? {} : { name: name.trim() };
  const goal: Goal | undefined =
    kind === 'event'
      ? event === undefined
        ? undefined
        : { event, ...named }
      : page.startsWith('/') || page.startsWith('*')
        ? { page: page.trim(), ...named }
        : undefined;
  const isTaken = goal !== undefined && taken.includes(goalName(goal));
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault();
        if (goal === undefined || isTaken) return;
        onAdd(goal, () => {
          setEvent(undefined);
          setPage('');
          setName('');
        });
      }}
    >
      <Stack gap="xs">
        <SegmentedControl
          aria-label="Kind of goal"
          data={[
            { value: 'event', label: 'Event' },
            { value: 'page', label: 'Page' },
          ]}
          value={kind}
          onChange={setKind}
        />
        {kind === 'event' ? (
          <EventSelect
            app={app}
            label="Event"
            value={event}
            every="Select an event"
            comboboxProps={{ withinPortal: false }}
            onChange={setEvent}
          />
        ) : (
          <TextInput
            label="Path"
            description="* stands for any text, as in /blog/*"
            placeholder="/thank-you"
            value={page}
            onChange={({ currentTarget: { value } }) => setPage(value)}
          />
        )}
        <TextInput
          label="Name"
          placeholder={goal ? targetOf(goal) : 'Optional'}
          maxLength={100}
          value={name}
          error={isTaken ? 'There is a goal with this name.' : undefined}
          onChange={({ currentTarget: { value } }) => setName(value)}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={goal === undefined || isTaken} loading={isBusy}>
            Add goal
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
