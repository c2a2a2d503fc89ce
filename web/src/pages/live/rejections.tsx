import { Anchor, Badge, Code, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { appsQuery } from '../../api/hooks.ts';
import { urlOf } from '../../api/http.ts';
import { ConnectionState } from '../../components/connection-state.tsx';
import { clock, count, dateTime } from '../../components/formats.ts';
import { Empty } from '../../components/states.tsx';
import { type ListedRejection, REJECTIONS_MAX, useRejections } from './use-rejections.ts';

/** What the server rejected, why, and what would have been right. */
export function Rejections({ app }: { app: string }) {
  const { rejections, connection } = useRejections(app);
  const timeZone = useQuery(appsQuery).data?.find((one) => one.app === app)?.timeZone;
  return (
    <Stack gap="sm">
      <ConnectionState connection={connection} />
      {rejections.length === 0 ? (
        <Empty title="No rejected events">
          Events the server rejects appear here with the reason. The server keeps the last 1,000 since it started.
        </Empty>
      ) : (
        <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Rejected events">
          {rejections.map((rejection) => (
            <One key={rejection.id} rejection={rejection} timeZone={timeZone} />
          ))}
        </Stack>
      )}
      {rejections.length >= REJECTIONS_MAX && (
        <Text size="xs" c="dimmed">
          The last {count(REJECTIONS_MAX)} are shown.
        </Text>
      )}
    </Stack>
  );
}

function One({ rejection, timeZone }: { rejection: ListedRejection; timeZone: string | undefined }) {
  const { at, code, detail, field, index, excerpt, cut } = rejection;
  return (
    <Paper withBorder p="sm" component="li">
      <Stack gap={6}>
        <Group gap="sm" wrap="wrap">
          <Text size="sm" c="dimmed" title={dateTime(at, timeZone)}>
            {clock(at, timeZone)}
          </Text>
          <Anchor size="sm" fw={500} href={`${urlOf('docs/errors')}#${code}`} target="_blank" rel="noreferrer">
            {code}
          </Anchor>
          {field !== undefined && (
            <Badge variant="default" tt="none" fw={500}>
              {field}
            </Badge>
          )}
          {index !== undefined && (
            <Text size="xs" c="dimmed">
              event {count(index + 1)} in the batch
            </Text>
          )}
        </Group>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {detail}
        </Text>
        <Code
          block
          tabIndex={0}
          style={{ maxHeight: 120, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {excerpt}
          {cut ? '…' : ''}
        </Code>
      </Stack>
    </Paper>
  );
}
