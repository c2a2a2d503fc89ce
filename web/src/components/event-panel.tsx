import { Drawer, ScrollArea, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { StoredEvent } from '../api/wire.ts';
import { EventDetails } from './event-details.tsx';

interface EventPanelProps {
  readonly app: string;
  readonly event: StoredEvent;
  readonly timeZone: string | undefined;
  /** Beside the buttons that are always there. */
  readonly actions?: ReactNode;
  onClose(): void;
  /** To the next (1) or the previous one (-1). */
  onMove(by: number): void;
}

/** Everything about one event, beside the table; j and k go to its neighbours. */
export function EventPanel({ app, event, timeZone, actions, onClose, onMove }: EventPanelProps) {
  return (
    <Drawer
      opened
      onClose={onClose}
      returnFocus={false}
      position="right"
      size="lg"
      title={
        <Text fw={600} component="span" style={{ overflowWrap: 'anywhere' }}>
          {event.event}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
      scrollAreaComponent={ScrollArea.Autosize}
      transitionProps={{ duration: 120 }}
      onKeyDown={(pressed) => {
        const { key } = pressed;
        const by = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
        if (by === 0) return;
        pressed.preventDefault();
        onMove(by);
      }}
    >
      <EventDetails app={app} event={event} timeZone={timeZone} actions={actions} />
    </Drawer>
  );
}
