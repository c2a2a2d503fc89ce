import { Modal } from '@mantine/core';
import type { ComponentProps } from 'react';
import { Calendar } from '../../components/calendar.tsx';

/** The days to compare with. */
export function CompareRange({ onClose, ...props }: ComponentProps<typeof Calendar> & { onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Compare to" size="auto" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Calendar {...props} />
    </Modal>
  );
}
