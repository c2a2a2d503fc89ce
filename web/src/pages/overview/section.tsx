import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Chart, Question } from '../../api/wire.ts';
import { AnchorLink } from '../../components/links.tsx';
import { Failure } from '../../components/states.tsx';
import { useSeen } from '../../components/use-seen.ts';
import classes from './overview.module.css';

export const ROWS = 8;
const ROW_PX = 34;
/** Includes the column names. */
export const TABLE_PX = (ROWS + 1) * ROW_PX;

export interface SectionProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly aside?: ReactNode;
  /** px; reserved before there is anything to show. */
  readonly height?: number;
  readonly children: ReactNode | ((seen: boolean) => ReactNode);
}

/** One card of the overview. Its content requests nothing before it is near the viewport. */
export function Section({ title, note, aside, height = TABLE_PX, children }: SectionProps) {
  const { ref, seen } = useSeen();
  return (
    <Paper component="section" withBorder p="md" ref={ref} aria-label={title} className={classes['section']}>
      <Group justify="space-between" wrap="nowrap" mb="xs" gap="xs" mih={26}>
        <Title order={2} size="h6" fw={600}>
          {title}
        </Title>
        {aside}
      </Group>
      <Stack gap="xs" mih={height}>
        {typeof children === 'function' ? children(seen) : children}
      </Stack>
      {note !== undefined && (
        <Text size="xs" c="dimmed" mt="xs">
          {note}
        </Text>
      )}
    </Paper>
  );
}

/** Shown in a section while it has no answer, or when none is available. */
export function Pending({ error, onRetry, rows = ROWS }: { error?: unknown; onRetry?: () => void; rows?: number }) {
  if (error) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Stack gap={10} pt={6} aria-hidden>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={i} h={24} />
      ))}
    </Stack>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" py="sm">
      {children}
    </Text>
  );
}

/** Opens the same question in Explore. */
export function ExploreLink({ app, q, chart, of }: { app: string; q: Question; chart?: Chart; of: string }) {
  return (
    <AnchorLink
      to="/apps/$app/explore"
      params={{ app }}
      search={{ q, ...(chart && { chart }) }}
      preload={false}
      size="xs"
      aria-label={`Explore: ${of}`}
    >
      Explore
    </AnchorLink>
  );
}
