import { Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { faultsOf } from './faults.ts';
import { FormButtons } from './form-buttons.tsx';
import { FormFailure } from './states.tsx';

export interface RenameProps {
  readonly title: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly isBusy?: boolean;
  readonly error?: unknown;
  /** Without a description, only the name is shown. */
  readonly hasDescription?: boolean;
  onSave(name: string, description: string): void;
  onClose(): void;
}

export function Rename({
  title,
  name,
  description,
  isBusy = false,
  error,
  hasDescription = false,
  onSave,
  onClose,
}: RenameProps) {
  const [typed, setTyped] = useState(name);
  const [about, setAbout] = useState(description ?? '');
  const faults = faultsOf(error, 'name', 'description');
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') onSave(typed.trim(), about.trim());
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            value={typed}
            maxLength={200}
            data-autofocus
            error={typed.trim() === '' ? 'Enter a name.' : faults.at('name')}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {hasDescription && (
            <TextInput
              label="Description"
              value={about}
              error={faults.at('description')}
              maxLength={1_000}
              onChange={(event) => setAbout(event.currentTarget.value)}
            />
          )}
          <FormFailure error={faults.rest} />
          <FormButtons action="Save" isBusy={isBusy} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
