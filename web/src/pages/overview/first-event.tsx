import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { appsQuery, eventNamesQuery, useIsAdmin } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import { type Live, useLive } from '../../api/use-live.ts';
import type { Operations } from '../../api/wire.ts';
import { ConnectionState } from '../../components/connection-state.tsx';
import { clock, count } from '../../components/formats.ts';
import { Page } from '../../components/page.tsx';
import { SendSnippets } from '../../components/send-snippets.tsx';
import { WriteKey } from './write-key.tsx';

/** An app without events: how to send the first one. The page changes the moment it arrives. */
export function FirstEvent({ app, onDone }: { app: string; onDone: () => void }) {
  const isAdmin = useIsAdmin();
  const [key, setKey] = useState<string>();
  const live = useLive(app, {});
  return (
    <Page title="Send your first event">
      <Text c="dimmed" size="sm" maw={640}>
        {live.rows.length === 0
          ? `${app} has no events yet. An event is a name plus any properties; no schema needed.`
          : `${app} receives events.`}
      </Text>
      <Stack gap="md" maw={860}>
        <Step n={1} title="Write key">
          {isAdmin ? (
            <WriteKey app={app} made={key} onMade={setKey} />
          ) : (
            <Text size="sm">
              Ask an admin for a write key for {app}, then put it in place of YOUR_WRITE_KEY below. You have view-only
              access.
            </Text>
          )}
        </Step>
        <Step n={2} title="Send an event">
          <SendSnippets app={app} writeKey={key} />
        </Step>
        <Step n={3} title="Watch it arrive">
          <Arrival app={app} live={live} onDone={onDone} />
        </Step>
      </Stack>
    </Page>
  );
}

function Arrival({ app, live, onDone }: { app: string; live: Live; onDone: () => void }) {
  const { rows, connection } = live;
  const client = useQueryClient();
  const [isOpening, setOpening] = useState(false);
  const first = rows.at(-1);

  /** The overview asks with `fresh=false`; this question is asked once the new event must be included. */
  const open = async (): Promise<void> => {
    setOpening(true);
    const names = await api<Operations['getApiAppsAppEvents']['answer']>(`api/apps/${encodeURIComponent(app)}/events`);
    client.setQueryData(eventNamesQuery(app).queryKey, names);
    await client.invalidateQueries({ queryKey: appsQuery.queryKey });
    onDone();
  };

  if (first === undefined)
    return (
      <Stack gap={4} mih={48}>
        <ConnectionState connection={connection} />
        <Text size="sm">Waiting for your first event. It appears here as soon as it arrives.</Text>
      </Stack>
    );
  return (
    <Stack gap="sm" mih={64} role="status">
      <Group gap="xs">
        <IconCheck size={20} color="var(--mantine-primary-color-filled)" aria-hidden />
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {first.event} arrived at {clock(first.receivedAt)}
        </Text>
        {rows.length > 1 && <Text c="dimmed">and {count(rows.length - 1)} more</Text>}
      </Group>
      <Code block tabIndex={0} style={{ maxHeight: 420, overflow: 'auto' }}>
        {JSON.stringify(first, undefined, 2)}
      </Code>
      <Group>
        <Button onClick={() => void open()} loading={isOpening}>
          Open Overview
        </Button>
      </Group>
    </Stack>
  );
}

function Step({ n, title, children }: { n: number; title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h6" mb="sm">
        {n}. {title}
      </Title>
      {children}
    </Paper>
  );
}
