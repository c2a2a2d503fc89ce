import { Modal, MultiSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { eventNamesQuery } from '../../api/hooks.ts';
import { faultsOf } from '../../components/faults.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { FormFailure } from '../../components/states.tsx';
import { useCreate } from './queries.ts';
import { EVENTS_MAX, templatesFor, usualEvents } from './templates.ts';

const EMPTY = 'empty';

/** A new dashboard, empty or from a template. */
export function Create({ app, template: first, onClose }: { app: string; template?: string; onClose: () => void }) {
  const { data = [] } = useQuery(eventNamesQuery(app));
  const names = [...new Set(data.map(({ event }) => event))];
  const templates = templatesFor(names);
  const navigate = useNavigate();
  const create = useCreate(app);
  const [id, setId] = useState(first ?? EMPTY);
  const [typed, setTyped] = useState<string>();
  const [chosen, setChosen] = useState<readonly string[]>();
  const [fault, setFault] = useState<string>();
  const template = templates.find((one) => one.id === id);
  const name = typed ?? template?.name ?? '';
  const events = chosen ?? usualEvents(names);
  const takesEvents = id === 'reports' || id === 'product';

  const submit = (): void => {
    if (name.trim() === '') {
      setFault('Enter a name.');
      return;
    }
    if (takesEvents && events.length === 0) return;
    create.mutate(
      { name: name.trim(), tiles: template?.tiles(events) ?? [] },
      {
        onSuccess: ({ id: made }) => void navigate({ to: '/apps/$app/dashboards/$id', params: { app, id: made } }),
      },
    );
  };
  const faults = faultsOf(create.error, 'name');
  return (
    <Modal opened onClose={onClose} title="New dashboard" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
          <Radio.Group label="Start with" value={id} onChange={setId}>
            <Stack gap="xs" mt="xs">
              <Radio value={EMPTY} label="Blank" description="Add tiles one by one." />
              {templates.map((one) => (
                <Radio key={one.id} value={one.id} label={one.name} description={one.about} />
              ))}
            </Stack>
          </Radio.Group>
          {takesEvents && (
            <MultiSelect
              label="Events"
              description={`Up to ${EVENTS_MAX}.`}
              data={names}
              value={[...events]}
              onChange={setChosen}
              maxValues={EVENTS_MAX}
              searchable
              selectFirstOptionOnChange
              error={events.length === 0 ? 'Choose at least one event.' : undefined}
            />
          )}
          <TextInput
            label="Name"
            value={name}
            maxLength={200}
            error={fault ?? faults.at('name')}
            data-autofocus
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setFault(undefined);
            }}
          />
          <FormFailure error={faults.rest} />
          <FormButtons action="Create" isBusy={create.isPending} onCancel={onClose} />
          {names.length === 0 && (
            <Text size="sm" c="dimmed">
              More templates are offered once {app} has events.
            </Text>
          )}
        </Stack>
      </form>
    </Modal>
  );
}
