import { Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import { changeOf, count } from './formats.ts';

interface ChangeProps {
  readonly now: number;
  readonly before: number;
  /** More is bad, as for errors. */
  readonly isBad?: boolean;
  format?(value: number): string;
}

/** How much more or less than before. */
export function Change({ now, before, isBad = false, format = count }: ChangeProps) {
  const text = changeOf(now, before) ?? (now > 0 ? 'new' : '–');
  const Icon = now > before ? IconArrowUpRight : now < before ? IconArrowDownRight : IconMinus;
  // Less than half a percent is written as 0 % and counts as no change.
  const isSame = now === before || (before !== 0 && Math.abs(now - before) / before < 0.005);
  const isGood = isSame ? undefined : now > before !== isBad;
  return (
    <Text
      component="span"
      size="xs"
      fw={500}
      title={`${format(before)} before`}
      c={isGood === undefined ? 'dimmed' : isGood ? 'light-dark(#14713d, #69db9c)' : 'light-dark(#b42323, #ff9d9d)'}
      style={{
        whiteSpace: 'nowrap',
        display: 'inline-flex',
        alignItems: 'center',
        gap: 2,
        verticalAlign: 'top',
        lineHeight: '18px',
      }}
    >
      {!isSame && <Icon size={14} aria-hidden />}
      {text}
    </Text>
  );
}
