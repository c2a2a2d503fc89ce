import { Stack, Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { changeOf } from '../components/formats.ts';
import classes from './charts.module.css';
import { Sparkline } from './sparkline.tsx';

export interface StatTileProps {
  readonly label: ReactNode;
  /** Formatted (`formats.ts`). */
  readonly value: string;
  /** Compared with the earlier period. */
  readonly change?: Change | undefined;
  /** Over time; without it there is no line. */
  readonly values?: readonly (number | null)[] | undefined;
  readonly isLastRunning?: boolean;
  readonly size?: 'sm' | 'md' | 'lg';
}

export interface Change {
  readonly now: number | null;
  readonly before: number | null;
  /** What it is compared with: `vs 584 on Nov 28`. */
  readonly text: string;
  /** Whether more is good news (green) or bad news (red); neutral by default. */
  readonly more?: 'better' | 'worse';
}

const SIZES = { sm: '1.125rem', md: '1.75rem', lg: '2.5rem' } as const;

/** One number: its name, its value, the change from the earlier period, and its line. */
export function StatTile({ label, value, change, values, isLastRunning = false, size = 'md' }: StatTileProps) {
  return (
    <Stack gap={4} miw={0}>
      <Text size="sm" c="dimmed" component="div" truncate>
        {label}
      </Text>
      <div className={classes['statLine']}>
        <span
          className={classes['statValue']}
          data-number
          data-beside={values && values.length > 1 ? true : undefined}
          style={{ '--size': SIZES[size], '--letters': [...value].length } as CSSProperties}
        >
          {value}
        </span>
        {values && values.length > 1 && (
          <span className={classes['statSpark']}>
            <Sparkline
              values={values}
              isLastRunning={isLastRunning}
              width={size === 'sm' ? 72 : 110}
              height={size === 'sm' ? 24 : 34}
              label={typeof label === 'string' ? `${label} over time` : 'Over time'}
            />
          </span>
        )}
      </div>
      {change && <ChangeLine {...change} />}
    </Stack>
  );
}

function ChangeLine({ now, before, text, more }: Change) {
  const direction = Math.sign((now ?? 0) - (before ?? 0));
  const Icon = direction > 0 ? IconArrowUpRight : direction < 0 ? IconArrowDownRight : IconArrowRight;
  const isGood = more === undefined || direction === 0 ? undefined : (more === 'better') === direction > 0;
  const colour = isGood === undefined ? undefined : isGood ? GOOD : 'var(--mantine-color-error)';
  return (
    <div className={classes['statChange']}>
      <Icon size={16} aria-hidden style={{ color: colour, flexShrink: 0 }} />
      <Text span inherit fw={500} style={{ color: colour, whiteSpace: 'nowrap' }}>
        {wordsOf(now, before)}
      </Text>
      <Text span inherit c="dimmed">
        {text}
      </Text>
    </div>
  );
}

const GOOD = 'light-dark(#14713d, #69db9c)';

/** With sign and words, since an arrow or a colour alone says too little. */
export function wordsOf(now: number | null, before: number | null): string {
  if (now === null || before === null) return 'not comparable';
  if (now === before) return 'no change';
  const change = changeOf(now, before);
  if (change === undefined) return 'new';
  return change;
}
