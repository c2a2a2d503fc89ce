import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './states.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What happens, and whether it can be taken back. */
  readonly children: ReactNode;
  /** What the button does: `Delete the dashboard`. */
  readonly action: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before what cannot be taken back. The way out has the focus. */
export function Confirm({ title, children, action, isBusy, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text size="sm" component="div">
          {children}
        </Text>
        {error !== null && error !== undefined && <Failure error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" onClick={onConfirm} loading={isBusy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
