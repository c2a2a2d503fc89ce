import { Group, Stack, Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { changeOf } from '../components/formats.ts';
import { Sparkline } from './sparkline.tsx';

export interface StatTileProps {
  readonly label: ReactNode;
  /** As it is to be read: `formats.ts` writes it. */
  readonly value: string;
  /** Against what was before. */
  readonly change?: Change | undefined;
  /** Over time; without it there is no line. */
  readonly values?: readonly (number | null)[] | undefined;
  readonly isLastRunning?: boolean;
  readonly size?: 'sm' | 'md' | 'lg';
}

export interface Change {
  readonly now: number | null;
  readonly before: number | null;
  /** The number of before, as it is to be read. */
  readonly text: string;
  /** What before is: `yesterday`; `Previous period` by default. */
  readonly against?: string;
  /** Whether more is good news (green) or bad news (red); neither unless said. */
  readonly more?: 'better' | 'worse';
}

const SIZES = { sm: 'lg', md: '1.75rem', lg: '2.5rem' } as const;

/** One number: what it is, how much, how that is against before, and its line. */
export function StatTile({ label, value, change, values, isLastRunning = false, size = 'md' }: StatTileProps) {
  return (
    <Stack gap={4} miw={0}>
      <Text size="sm" c="dimmed" component="div" truncate>
        {label}
      </Text>
      <Group justify="space-between" align="flex-end" wrap="nowrap" gap="sm">
        <Text fz={SIZES[size]} fw={650} lh={1.1} style={{ whiteSpace: 'nowrap' }}>
          {value}
        </Text>
        {values && values.length > 1 && (
          <Sparkline
            values={values}
            isLastRunning={isLastRunning}
            width={size === 'sm' ? 72 : 110}
            height={size === 'sm' ? 24 : 34}
            label={typeof label === 'string' ? `${label} over time` : 'Over time'}
          />
        )}
      </Group>
      {change && <ChangeLine {...change} />}
    </Stack>
  );
}

function ChangeLine({ now, before, text, against = 'Previous period', more }: Change) {
  const direction = Math.sign((now ?? 0) - (before ?? 0));
  const Icon = direction > 0 ? IconArrowUpRight : direction < 0 ? IconArrowDownRight : IconArrowRight;
  const isGood = more === undefined || direction === 0 ? undefined : (more === 'better') === direction > 0;
  const colour = isGood === undefined ? undefined : isGood ? GOOD : 'var(--mantine-color-error)';
  return (
    <Text size="sm" component="div" style={{ display: 'flex', alignItems: 'center', gap: 4, minWidth: 0 }}>
      <Icon size={16} aria-hidden style={{ color: colour, flexShrink: 0 }} />
      <Text span inherit fw={500} style={{ color: colour, whiteSpace: 'nowrap' }}>
        {wordsOf(now, before)}
      </Text>
      <Text span inherit c="dimmed" truncate title={`${against}: ${text}`}>
        {against}: {text}
      </Text>
    </Text>
  );
}

const GOOD = 'light-dark(var(--mantine-color-green-9), var(--mantine-color-green-4))';

/** With sign and words, since an arrow or a colour alone says too little. */
export function wordsOf(now: number | null, before: number | null): string {
  if (now === null || before === null) return 'not comparable';
  if (now === before) return 'no change';
  const change = changeOf(now, before);
  if (change === undefined) return 'new';
  return change;
}
