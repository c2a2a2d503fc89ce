import { Group, Text } from '@mantine/core';
import { useEffect, useReducer } from 'react';
import { Sparkline } from '../../charts/sparkline.tsx';
import { count } from '../../components/formats.ts';

const BUCKETS = 20;
const MINUTE_MS = 60_000;
const BUCKET_MS = MINUTE_MS / BUCKETS;

/** How many events arrived in the last minute, and when within it. */
export function Rate({ arrivals }: { arrivals: () => readonly number[] }) {
  const [, tick] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, []);
  const times = arrivals();
  const now = Date.now();
  const values = Array.from({ length: BUCKETS }, () => 0);
  for (const at of times) {
    const i = BUCKETS - 1 - Math.floor((now - at) / BUCKET_MS);
    if (i >= 0 && i < BUCKETS) values[i] = (values[i] ?? 0) + 1;
  }
  return (
    <Group gap={8} wrap="nowrap">
      <Sparkline values={values} label="Events over the last minute" width={80} height={22} />
      <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        <Text component="span" fw={600} c="var(--mantine-color-text)">
          {count(times.length)}
        </Text>
        /min
      </Text>
    </Group>
  );
}
