import { Button, Center, Group, Paper, PasswordInput, Stack, Tabs, Text, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { meQuery } from '../../api/hooks.ts';
import { api, ProblemError, urlOf } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';
import { FormFailure } from '../../components/states.tsx';
import { signInSearch } from './search.ts';

/** The answer of `GET /`. */
interface Root {
  readonly signIn: readonly ('password' | 'github')[];
}
type Credentials = Operations['postAuth']['body'];

/** Sign-in with name and password, or with a GitHub token. The session is a cookie that scripts cannot read. */
export function SignIn() {
  useDocumentTitle('Sign in · Seismo');
  const { to = '/', ended = false } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const client = useQueryClient();
  const [way, setWay] = useState<string | null>('password');
  const { data: { signIn: ways } = { signIn: ['password'] } } = useQuery({
    queryKey: ['root'],
    queryFn: ({ signal }) => api<Root>('', { signal }),
  });
  const signIn = useMutation({
    mutationFn: (body: Credentials) => api<Operations['postAuth']['answer']>('auth', { method: 'POST', body }),
    async onSuccess({ user, role, expiresAt }) {
      client.setQueryData(meQuery.queryKey, { user, role, expiresAt });
      // Checked again where it is used: another site's address would receive a user who has just signed in.
      await router.navigate({ href: signInSearch({ to }).to ?? '/' });
    },
  });

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string): string => String(fields.get(name) ?? '');
    signIn.mutate(
      way === 'password' ? { username: text('username'), password: text('password') } : { token: text('token').trim() },
    );
  };

  const isWrong = signIn.error instanceof ProblemError && signIn.error.is('AUTH_FAILED');
  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper w="100%" maw={380} p="xl" withBorder shadow="sm">
        <Stack>
          <Group gap="sm">
            <img src={urlOf('assets/favicon.svg')} alt="" width={28} height={28} />
            <Title order={1} size="h3">
              Sign in to Seismo
            </Title>
          </Group>
          {ended && (
            <Text size="sm" role="status">
              Your session has ended. Sign in again to go on where you were.
            </Text>
          )}
          {ways.includes('github') && (
            <Tabs value={way} onChange={setWay} variant="default">
              <Tabs.List grow>
                <Tabs.Tab value="password">Password</Tabs.Tab>
                <Tabs.Tab value="github">GitHub token</Tabs.Tab>
              </Tabs.List>
            </Tabs>
          )}
          <form onSubmit={submit}>
            <Stack>
              {way === 'password' ? (
                <>
                  <TextInput
                    label="User"
                    name="username"
                    autoComplete="username"
                    required
                    withAsterisk={false}
                    autoFocus
                  />
                  <PasswordInput
                    label="Password"
                    name="password"
                    autoComplete="current-password"
                    required
                    withAsterisk={false}
                  />
                </>
              ) : (
                <PasswordInput
                  label="Personal access token"
                  description="A GitHub personal access token (ghp_… or github_pat_…) of a user listed in auth.users."
                  name="token"
                  autoComplete="off"
                  required
                  withAsterisk={false}
                />
              )}
              {isWrong ? (
                <FormFailure
                  error={way === 'password' ? 'Wrong username or password.' : 'This token is not valid here.'}
                />
              ) : (
                <FormFailure error={signIn.error} />
              )}
              <Button type="submit" loading={signIn.isPending} fullWidth>
                Sign in
              </Button>
            </Stack>
          </form>
          <Text size="xs" c="dimmed">
            Your first login was printed when the server started. Forgot it? Run{' '}
            <code>seismo user change NAME --password</code> on the server.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}
