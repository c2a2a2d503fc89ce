import { Button, Container, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { appsQuery } from '../../api/hooks.ts';
import { ago, count } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { Page } from '../../components/page.tsx';
import { Failure } from '../../components/states.tsx';
import { UserMenu } from '../../shell/user-menu.tsx';

/** As the server takes it (docs/api-reference.md). */
const APP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RULE = 'Use up to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit.';

/** All apps, and the way to a new one: it is there with its first event. */
export function Apps() {
  const { data: apps, error, refetch } = useQuery(appsQuery);
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [fault, setFault] = useState<string>();
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
                    <AnchorLink to="/apps/$app/overview" params={{ app }}>
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
            if (!APP.test(name)) setFault(RULE);
            else void navigate({ to: '/apps/$app/overview', params: { app: name } });
          }}
        >
          <Stack gap="xs">
            <Text>{apps?.length === 0 ? 'Name your app' : 'New app'}</Text>
            <Group align="flex-start">
              <TextInput
                aria-label="App name"
                placeholder="shop"
                value={name}
                error={fault}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                  setFault(undefined);
                }}
                style={{ flex: 1 }}
              />
              <Button type="submit">Continue</Button>
            </Group>
          </Stack>
        </form>
      </Page>
    </Container>
  );
}
