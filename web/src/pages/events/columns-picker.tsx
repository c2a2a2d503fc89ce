import { Button, Popover, Skeleton } from '@mantine/core';
import { IconColumns } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { lazily } from '../../components/lazily.tsx';
import type { ColumnsSelectProps } from './columns-select.tsx';

/** Loaded when it is opened. */
const ColumnsSelect = lazily(() => import('./columns-select.tsx'), 'ColumnsSelect');
const SELECT_PX = 78;

/** Selects the properties that have columns of their own. */
export function ColumnsPicker({ app, event, value, onChange }: ColumnsSelectProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconColumns size={16} aria-hidden />}
          aria-haspopup="dialog"
          onClick={() => setOpened((before) => !before)}
        >
          {value.length === 0 ? 'Columns' : `Columns (${value.length})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown w={320} maw="92vw" aria-label="Columns">
        {opened && (
          <Suspense fallback={<Skeleton h={SELECT_PX} />}>
            <ColumnsSelect app={app} event={event} value={value} onChange={onChange} />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
