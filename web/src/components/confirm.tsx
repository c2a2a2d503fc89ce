import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { FormFailure } from './states.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What happens, and whether it can be undone. */
  readonly children: ReactNode;
  /** The label of the button: `Delete the dashboard`. */
  readonly action: string;
  /** The label of the other button; *Cancel* by default. */
  readonly cancel?: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before actions that cannot be undone. The cancel button has the focus. */
export function Confirm({
  title,
  children,
  action,
  cancel = 'Cancel',
  isBusy,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text size="sm" component="div">
          {children}
        </Text>
        <FormFailure error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button color="red.9" onClick={onConfirm} loading={isBusy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
