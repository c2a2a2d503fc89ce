import { Button, Code, Group, PasswordInput, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/hooks.ts';
import { api, ProblemError } from '../../api/http.ts';
import { Confirm } from '../../components/confirm.tsx';
import { faultsOf } from '../../components/faults.ts';
import { Failure, FormFailure } from '../../components/states.tsx';
import { ChangeUser } from './change-user.tsx';
import { accountsQuery, type User } from './queries.ts';
import { RoleSelect } from './role-select.tsx';

/** The people who may sign in. */
export function UsersSection() {
  const client = useQueryClient();
  const me = useMe();
  const { data, error, refetch } = useQuery(accountsQuery);
  const [removed, setRemoved] = useState<User>();
  const [changed, setChanged] = useState<User>();
  const remove = useMutation({
    mutationFn: (name: string) => api(`api/users/${encodeURIComponent(name)}`, { method: 'DELETE' }),
    onSuccess() {
      setRemoved(undefined);
      return client.invalidateQueries({ queryKey: accountsQuery.queryKey });
    },
  });
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={240} />;
  return (
    <Stack>
      <Table maw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>User</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Source</Table.Th>
            <Table.Th ta="right">Change</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((user) => (
            <Table.Tr key={user.name}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{user.name}</Table.Td>
              <Table.Td>{user.role}</Table.Td>
              <Table.Td>{user.source === 'stored' ? 'server' : 'config file'}</Table.Td>
              <Table.Td ta="right">
                {user.source === 'stored' && user.name !== me?.user && (
                  <Group gap="xs" justify="flex-end">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Change ${user.name}`}
                      onClick={() => setChanged(user)}
                    >
                      Change
                    </Button>
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Remove ${user.name}`}
                      onClick={() => setRemoved(user)}
                    >
                      Remove
                    </Button>
                  </Group>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Add />
      <div>
        <Title order={2} size="h5">
          Sign in with GitHub
        </Title>
        <Text size="sm" c="dimmed">
          Name the GitHub logins under <Code>auth.users</Code> of the configuration and restart the server. They sign in
          as admins, with a personal access token.
        </Text>
      </div>
      {changed && <ChangeUser user={changed} onClose={() => setChanged(undefined)} />}
      {removed && (
        <Confirm
          title={`Remove ${removed.name}?`}
          action="Remove"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removed.name)}
          onClose={() => setRemoved(undefined)}
        >
          They are signed out immediately. What they saved is kept.
        </Confirm>
      )}
    </Stack>
  );
}

function Add() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<User['role']>('viewer');
  const add = useMutation({
    mutationFn: () => api<User>('api/users', { method: 'POST', body: { name, password, role } }),
    onSuccess() {
      setName('');
      setPassword('');
      return client.invalidateQueries({ queryKey: accountsQuery.queryKey });
    },
  });
  const faults = faultsOf(add.error, 'name', 'password');
  const isTaken = add.error instanceof ProblemError && add.error.is('USER_EXISTS');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack maw={480}>
        <Title order={2} size="h5">
          Add user
        </Title>
        <TextInput
          label="Name"
          required
          autoComplete="off"
          value={name}
          error={isTaken ? 'This name is taken.' : faults.at('name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters. Share it with them yourself."
          required
          autoComplete="new-password"
          value={password}
          error={faults.at('password')}
          // Mantine puts it on the frame alone.
          aria-invalid={faults.at('password') !== undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <RoleSelect value={role} onChange={setRole} />
        {!isTaken && <FormFailure error={faults.rest} />}
        <Group>
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
