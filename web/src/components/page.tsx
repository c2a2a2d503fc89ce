import { Group, Stack, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** The frame of a page: its title, also in the browser tab, and its actions. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const { app } = useParams({ strict: false });
  useDocumentTitle([title, app, 'Seismo'].filter(Boolean).join(' · '));
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="wrap" mih={36}>
        <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
