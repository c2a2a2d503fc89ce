import { Code, Drawer, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import type { Operations, Question } from '../../api/wire.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Failure } from '../../components/states.tsx';

/** The statements that the server runs for a question, with their parameters. */
export function SqlDrawer({ app, question, onClose }: { app: string; question: Question; onClose(): void }) {
  const { data, error } = useQuery({
    queryKey: ['sql', app, question],
    queryFn: ({ signal }) =>
      api<Operations['postApiQueryAppSql']['answer']>(`api/query/${encodeURIComponent(app)}/sql`, {
        method: 'POST',
        body: question,
        signal,
      }),
  });
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title="Generated SQL">
      <Stack>
        {error && <Failure error={error} />}
        {!data && !error && <Skeleton h={300} />}
        {data?.statements.map(({ sql, parameters }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the statements of an answer never move
          <Stack key={i} gap="xs">
            <CopyButton text={sql} label="Copy SQL" style={{ alignSelf: 'flex-start' }} />
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {sql}
            </Code>
            {Object.keys(parameters).length > 0 && (
              <Table aria-label="Parameters" withTableBorder>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Parameter</Table.Th>
                    <Table.Th>Value</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {Object.entries(parameters).map(([name, value]) => (
                    <Table.Tr key={name}>
                      <Table.Td>
                        <Code>{name}</Code>
                      </Table.Td>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>{JSON.stringify(value)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
          </Stack>
        ))}
        <Text size="xs" c="dimmed">
          In ClickHouse’s dialect. Run your own SELECT on the SQL page.
        </Text>
      </Stack>
    </Drawer>
  );
}
