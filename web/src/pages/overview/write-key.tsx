import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ago, count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';

/** The answer of `POST /api/keys` (docs/api-reference.md). */
interface Made {
  readonly id: string;
  readonly key: string;
}

/** Of `GET /api/keys`. */
interface Known {
  readonly app: string;
  readonly scope: string;
  readonly createdAt: string;
}

/** Creates a write key on the spot. It is shown only once, and kept only in this page's memory. */
export function WriteKey({
  app,
  made,
  onMade,
}: {
  app: string;
  made: string | undefined;
  onMade: (key: string) => void;
}) {
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => api<Made>('api/keys', { method: 'POST', body: { app, scope: 'write' } }),
    onSuccess: ({ key }) => {
      onMade(key);
      return client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const { data: all = [] } = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => api<readonly Known[]>('api/keys', { signal }),
  });
  const keys = all.filter((one) => one.app === app && one.scope === 'write');
  if (made !== undefined)
    return (
      <Stack gap={6}>
        <Group gap="xs" wrap="wrap">
          <Code fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {made}
          </Code>
          <CopyButton text={made} label="Copy key" />
        </Group>
        <Text size="sm" c="dimmed">
          Already filled in below. You won’t see it again, so copy it now. It can only send events to {app}.
        </Text>
      </Stack>
    );
  return (
    <Stack gap={6} align="flex-start">
      {keys.length > 0 && (
        <Text size="sm">
          {app} has {keys.length === 1 ? 'a write key' : `${count(keys.length)} write keys`}, created{' '}
          {ago(
            keys
              .map(({ createdAt }) => createdAt)
              .sort()
              .at(-1)!,
          )}
          . If you have it, put it in place of YOUR_WRITE_KEY below. It can’t be shown again; if it is lost, create
          another.
        </Text>
      )}
      <Button variant={keys.length > 0 ? 'default' : 'filled'} onClick={() => make.mutate()} loading={make.isPending}>
        {keys.length > 0 ? 'Create another write key' : 'Create write key'}
      </Button>
      {make.error && <Failure error={make.error} />}
    </Stack>
  );
}
