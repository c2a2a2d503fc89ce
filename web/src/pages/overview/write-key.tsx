import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Failure } from '../../components/states.tsx';

/** Of the answer of `POST /api/keys` (docs/api-reference.md). */
interface Made {
  readonly id: string;
  readonly key: string;
}

/** Makes a write key on the spot. It is shown this once, and kept nowhere but in this page's memory. */
export function WriteKey({
  app,
  made,
  onMade,
}: {
  app: string;
  made: string | undefined;
  onMade: (key: string) => void;
}) {
  const make = useMutation({
    mutationFn: () => api<Made>('api/keys', { method: 'POST', body: { app, scope: 'write' } }),
    onSuccess: ({ key }) => onMade(key),
  });
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
      <Button onClick={() => make.mutate()} loading={make.isPending}>
        Create write key
      </Button>
      {make.error && <Failure error={make.error} />}
    </Stack>
  );
}
