import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a form, with its title. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Text size="xs" fw={600} c="dimmed" tt="uppercase" component="h2">
        {title}
      </Text>
      {children}
    </Stack>
  );
}
