import { Button, Container, Group, Stack, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { appsQuery, useIsAdmin } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import { ago, count } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { Page } from '../../components/page.tsx';
import { Failure, FormFailure } from '../../components/states.tsx';
import { UserMenu } from '../../shell/user-menu.tsx';

const ID_MAX = 64;

/** The server's rule (docs/api-reference.md): `Café “My shop”` → `cafe-my-shop`; what fits stays as it is. */
function idOf(name: string): string {
  const plain = name.trim();
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plain)) return plain;
  return plain
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, ID_MAX);
}

/** All apps, and how to create one: an app exists from its first event on. */
export function Apps() {
  const { data: apps, error, refetch } = useQuery(appsQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [fault, setFault] = useState<string>();
  const isAdmin = useIsAdmin();
  const id = idOf(name);
  const open = useMutation({
    // The name as it was typed is that of the app; an app that is there already keeps its own.
    async mutationFn() {
      const isNew = !apps?.some(({ app }) => app === id);
      if (isAdmin && isNew && id !== name.trim())
        await api(`api/apps/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name: name.trim() } });
    },
    async onSuccess() {
      await client.invalidateQueries({ queryKey: appsQuery.queryKey });
      await navigate({ to: '/apps/$app', params: { app: id } });
    },
  });
  return (
    <Container size="sm" py="xl" component="main">
      <Page title="Apps" actions={<UserMenu />}>
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {apps && apps.length > 0 && (
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>App</Table.Th>
                <Table.Th ta="right">Events</Table.Th>
                <Table.Th ta="right">Last event</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {apps.map(({ app, name: called, total, lastSeen }) => (
                <Table.Tr key={app}>
                  <Table.Td>
                    <AnchorLink to="/apps/$app" params={{ app }}>
                      {called ?? app}
                    </AnchorLink>
                  </Table.Td>
                  <Table.Td ta="right">{count(total)}</Table.Td>
                  <Table.Td ta="right">{lastSeen === undefined ? 'none yet' : ago(lastSeen)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (id === '') setFault('Enter a name.');
            else open.mutate();
          }}
        >
          <Stack gap="xs">
            <Group align="flex-start">
              <TextInput
                label={apps?.length === 0 ? 'Name your app' : 'New app'}
                description={
                  id !== '' && id !== name.trim()
                    ? `Its ID is ${id}: programs send events to it.`
                    : 'For example, My shop'
                }
                maxLength={100}
                value={name}
                error={fault}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                  setFault(undefined);
                }}
                style={{ flex: 1 }}
              />
              <Button type="submit" mt={46} loading={open.isPending}>
                Continue
              </Button>
            </Group>
            <FormFailure error={open.error} />
          </Stack>
        </form>
      </Page>
    </Container>
  );
}
