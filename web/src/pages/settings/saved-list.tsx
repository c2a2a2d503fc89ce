import { Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useIsAdmin } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { appPath } from './queries.ts';

/** px: a day, or most names, in one line. */
const NAME_MIN = 96;

interface SavedListProps<T> {
  readonly app: string;
  /** The name in the API's address. */
  readonly what: 'annotations' | 'segments';
  readonly queryKey: readonly unknown[];
  readonly intro: string;
  /** The label of the button: `New annotation`. */
  readonly create: string;
  readonly empty: { readonly title: string; readonly text: string };
  readonly columns: readonly [string, string];
  cellsOf(one: T): readonly [ReactNode, ReactNode];
  nameOf(one: T): string;
  readonly removal: { readonly title: (one: T) => string; readonly text: (one: T) => string };
  /** The form of a new item (undefined) or of this one. */
  edit(one: T | undefined, onClose: () => void, onSaved: () => Promise<void>): ReactNode;
}

/** A list of what is saved in an app, one row each; admins can create, change and delete. */
export function SavedList<T extends { readonly id: string }>(props: SavedListProps<T>) {
  const { app, what, queryKey, intro, create, empty, columns, cellsOf, nameOf, removal, edit } = props;
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => api<readonly T[]>(appPath(app, what), { signal }),
  });
  const [edited, setEdited] = useState<T | 'new'>();
  const [removed, setRemoved] = useState<T>();
  const changed = () => client.invalidateQueries({ queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api(appPath(app, what, id), { method: 'DELETE' }),
    onSuccess() {
      setRemoved(undefined);
      return changed();
    },
  });
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={160} />;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {intro}
        </Text>
        {isAdmin && <Button onClick={() => setEdited('new')}>{create}</Button>}
      </Group>
      {data.length === 0 && <Empty title={empty.title}>{empty.text}</Empty>}
      {data.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              {columns.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
              {isAdmin && <Table.Th ta="right">Change</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((one) => (
              <Table.Tr key={one.id}>
                {cellsOf(one).map((cell, i) => (
                  <Table.Td key={columns[i]} {...(i === 0 && { miw: NAME_MIN })} style={{ overflowWrap: 'anywhere' }}>
                    {cell}
                  </Table.Td>
                ))}
                {isAdmin && (
                  <Table.Td>
                    <Group gap={4} justify="flex-end">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Edit ${nameOf(one)}`}
                        onClick={() => setEdited(one)}
                      >
                        Edit
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Delete ${nameOf(one)}`}
                        onClick={() => setRemoved(one)}
                      >
                        Delete
                      </Button>
                    </Group>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {edited &&
        edit(
          edited === 'new' ? undefined : edited,
          () => setEdited(undefined),
          async () => {
            await changed();
            setEdited(undefined);
          },
        )}
      {removed && (
        <Confirm
          title={removal.title(removed)}
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removed.id)}
          onClose={() => {
            setRemoved(undefined);
            remove.reset();
          }}
        >
          {removal.text(removed)}
        </Confirm>
      )}
    </Stack>
  );
}
