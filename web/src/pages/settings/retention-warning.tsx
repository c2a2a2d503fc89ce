import { Alert, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { askQuestion } from '../../api/hooks.ts';
import { DAY_MS } from '../../components/duration.ts';
import { count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';

const TYPING_MS = 300;

interface RetentionWarningProps {
  readonly app: string;
  readonly days: number;
  readonly typed: string;
  onTyped(text: string): void;
  /** Whether nothing would be deleted now. */
  onHarmless(isHarmless: boolean): void;
}

/** Shows how many events a shorter retention deletes, and asks to type the name of the app. */
export function RetentionWarning({ app, days: chosen, typed, onTyped, onHarmless }: RetentionWarningProps) {
  const [days] = useDebouncedValue(chosen, TYPING_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ['older events', app, days],
    queryFn: async ({ signal }) => {
      const series = [{}] as const;
      const before = new Date(Date.now() - days * DAY_MS).toISOString();
      const [older, all] = await Promise.all([
        askQuestion(app, { kind: 'trend', from: '1970-01-01', to: before, series }, signal),
        askQuestion(app, { kind: 'trend', from: '1970-01-01', to: 'today', series }, signal),
      ]);
      return { older: older.result.series[0]?.total ?? 0, all: all.result.series[0]?.total ?? 0 };
    },
    staleTime: 0,
  });
  const isKnown = days === chosen && data !== undefined;
  const isHarmless = isKnown && data.older === 0;
  useEffect(() => onHarmless(isHarmless), [isHarmless, onHarmless]);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!isKnown) return <Skeleton h={110} />;
  if (isHarmless)
    return (
      <Text size="sm" c="dimmed" role="status">
        No event is older than {count(days)} days now. Older events will be deleted from then on, every day.
      </Text>
    );
  return (
    <Stack gap="sm">
      <Alert
        variant="default"
        color="red"
        role="status"
        title={`${count(data.older)} of ${count(data.all)} events will be deleted permanently`}
        styles={{ title: { color: 'var(--mantine-color-error)' } }}
      >
        Events of {app} older than {count(days)} days are deleted within a few hours, and from then on every day. Only a
        backup can restore them.
      </Alert>
      <TextInput
        label={`Type ${app} to confirm`}
        autoComplete="off"
        value={typed}
        onChange={(event) => onTyped(event.currentTarget.value)}
      />
    </Stack>
  );
}
