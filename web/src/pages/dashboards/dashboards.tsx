import {
  ActionIcon,
  Button,
  Group,
  Menu,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
  VisuallyHidden,
} from '@mantine/core';
import { IconDots, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { dashboardsQuery, eventNamesQuery, useIsAdmin } from '../../api/hooks.ts';
import type { SavedDashboard } from '../../api/wire.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ago } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { Page } from '../../components/page.tsx';
import { Rename } from '../../components/rename.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import { Create } from './create.tsx';
import { useChange, useRemove } from './queries.ts';
import { templatesFor } from './templates.ts';

type Dialog = { readonly kind: 'rename' | 'remove'; readonly of: SavedDashboard };

export function Dashboards() {
  const { app } = useParams({ from: '/signed-in/apps/$app/dashboards' });
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(dashboardsQuery(app));
  const [making, setMaking] = useState<{ readonly template?: string }>();
  const [dialog, setDialog] = useState<Dialog>();
  const change = useChange(app);
  const remove = useRemove(app);
  const close = (): void => {
    setDialog(undefined);
    change.reset();
    remove.reset();
  };
  useShortcuts(
    useMemo(() => (isAdmin ? [{ keys: 'n', label: 'New dashboard', run: () => setMaking({}) }] : []), [isAdmin]),
  );
  return (
    <Page
      title="Dashboards"
      actions={
        isAdmin && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking({})}>
            New dashboard
          </Button>
        )
      }
    >
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={160} />}
      {data?.length === 0 &&
        (isAdmin ? (
          <Templates app={app} onChoose={(template) => setMaking({ template })} />
        ) : (
          <Empty title="No dashboards yet">Ask an admin to create one.</Empty>
        ))}
      {data && data.length > 0 && (
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right">Tiles</Table.Th>
              <Table.Th visibleFrom="sm">Changed</Table.Th>
              {isAdmin && (
                <Table.Th w={48}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((board) => (
              <Table.Tr key={board.id}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <AnchorLink to="/apps/$app/dashboards/$id" params={{ app, id: board.id }} fw={500}>
                    {board.name}
                  </AnchorLink>
                  {board.description !== undefined && (
                    <Text size="sm" c="dimmed">
                      {board.description}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">{board.tiles.length}</Table.Td>
                <Table.Td visibleFrom="sm">
                  <Text size="sm" c="dimmed">
                    {ago(board.updatedAt)} by {board.updatedBy}
                  </Text>
                </Table.Td>
                {isAdmin && (
                  <Table.Td>
                    <Actions board={board} onChoose={(kind) => setDialog({ kind, of: board })} />
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {making && <Create app={app} {...making} onClose={() => setMaking(undefined)} />}
      {dialog?.kind === 'rename' && (
        <Rename
          title="Rename dashboard"
          name={dialog.of.name}
          description={dialog.of.description}
          hasDescription
          isBusy={change.isPending}
          error={change.error}
          onSave={(name, description) =>
            change.mutate(
              { id: dialog.of.id, change: { version: dialog.of.version, name, description: description || null } },
              { onSuccess: close },
            )
          }
          onClose={close}
        />
      )}
      {dialog?.kind === 'remove' && (
        <Confirm
          title={`Delete ${dialog.of.name}?`}
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(dialog.of.id, { onSuccess: close })}
          onClose={close}
        >
          This deletes its tiles and share links for everyone. Saved reports and events are kept.
        </Confirm>
      )}
    </Page>
  );
}

function Actions({ board, onChoose }: { board: SavedDashboard; onChoose: (kind: Dialog['kind']) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${board.name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onChoose('rename')}>
          Rename
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash size={16} aria-hidden />}
          c="var(--mantine-color-error)"
          onClick={() => onChoose('remove')}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Offered while there is no dashboard. */
function Templates({ app, onChoose }: { app: string; onChoose: (id: string) => void }) {
  const { data } = useQuery(eventNamesQuery(app));
  if (!data) return <Skeleton h={220} />;
  const templates = templatesFor(data.map(({ event }) => event));
  return (
    <Stack>
      <Text c="dimmed">Start from a template or a blank dashboard.</Text>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        {templates.map(({ id, name, about }) => (
          <Paper key={id} withBorder p="md" radius="md">
            <Stack h="100%" justify="space-between">
              <div>
                <Title order={2} size="h5" mb={4}>
                  {name}
                </Title>
                <Text size="sm" c="dimmed">
                  {about}
                </Text>
              </div>
              <Group>
                <Button variant="light" size="xs" aria-label={`Use template ${name}`} onClick={() => onChoose(id)}>
                  Use template
                </Button>
              </Group>
            </Stack>
          </Paper>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
