import { Drawer, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerQuery } from '../../api/hooks.ts';
import type { Filter, QuestionOf } from '../../api/wire.ts';
import type { Picked } from '../../charts/types.ts';
import { ago, count, dayTime } from '../../components/formats.ts';
import { AnchorLink, ButtonLink } from '../../components/links.tsx';
import { Failure } from '../../components/states.tsx';
import { type BuiltQuestion, change, ofGroup, uniqueFilters } from './question.ts';

const LIST_MAX = 200;

interface PickedDrawerProps {
  readonly app: string;
  readonly question: BuiltQuestion;
  readonly picked: Picked;
  onClose(): void;
}

/** The users behind a bar, a point, a step or a cell, and a link to their events. */
export function PickedDrawer({ app, question, picked, onClose }: PickedDrawerProps) {
  const { event, from, to } = picked;
  const rest = uniqueFilters([...picked.filters, ...(question.filters ?? [])]);
  const filters = event === undefined ? rest : uniqueFilters([{ field: 'event', value: event }, ...rest]);
  return (
    <Drawer opened onClose={onClose} position="right" size="md" title={picked.label}>
      <Stack>
        {picked.funnel && question.kind === 'funnel' ? (
          <FunnelUsers app={app} question={question} funnel={picked.funnel} filters={picked.filters} />
        ) : (
          <Users app={app} question={question} picked={picked} filters={filters} />
        )}
        {!picked.funnel && (
          <ButtonLink
            variant="default"
            to="/apps/$app/events"
            params={{ app }}
            search={{
              ...(from !== undefined && { from }),
              ...(to !== undefined && { to }),
              ...(from === undefined && change({}, { last: question.last, from: question.from, to: question.to })),
              ...(question.timeZone !== undefined && { timeZone: question.timeZone }),
              ...(event !== undefined && { event }),
              ...(rest.length > 0 && { filters: rest }),
            }}
          >
            Show events
          </ButtonLink>
        )}
      </Stack>
    </Drawer>
  );
}

type Users = QuestionOf<'users'>;

function Users({
  app,
  question,
  picked,
  filters,
}: Omit<PickedDrawerProps, 'onClose'> & { filters: readonly Filter[] }) {
  const asked = change<Users>(
    { kind: 'users', limit: LIST_MAX },
    {
      from: picked.from ?? question.from,
      to: picked.to ?? question.to,
      last: picked.from === undefined ? question.last : undefined,
      timeZone: question.timeZone,
      weekStart: question.weekStart,
      segment: picked.segment ?? question.segment,
      filters: filters.length > 0 ? filters : undefined,
    },
  );
  const { data, error, refetch } = useQuery(answerQuery(app, asked));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={240} />;
  const { total, users } = data.result;
  return (
    <>
      <Text size="sm">
        {count(total)} {total === 1 ? 'user' : 'users'}
        {total > users.length && `, the latest ${count(users.length)} of them:`}
      </Text>
      <Table aria-label="Users">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>User</Table.Th>
            <Table.Th ta="right">Events</Table.Th>
            <Table.Th ta="right">Last seen</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map(({ user, device, events, lastSeen }) => (
            <Table.Tr key={`${user} ${device}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Person app={app} user={user} device={device} />
              </Table.Td>
              <Table.Td ta="right">{count(events)}</Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }} title={ago(lastSeen)}>
                {dayTime(lastSeen, data.timeZone)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function FunnelUsers({
  app,
  question,
  funnel,
  filters,
}: {
  app: string;
  question: QuestionOf<'funnel'>;
  funnel: NonNullable<Picked['funnel']>;
  filters: readonly Filter[];
}) {
  const { data, error, refetch } = useQuery(
    answerQuery(app, { ...ofGroup(question, filters), list: { ...funnel, limit: LIST_MAX } }),
  );
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={240} />;
  const users = data.result.users ?? [];
  return (
    <Table aria-label="Users">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>User</Table.Th>
          <Table.Th ta="right">At</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {users.map(({ user, device, session, at }) => (
          <Table.Tr key={`${user} ${device} ${session}`}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              <Person app={app} user={user} device={device} />
            </Table.Td>
            <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }} title={ago(at)}>
              {dayTime(at, data.timeZone)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Person({ app, user, device }: { app: string; user: string | undefined; device: string | undefined }) {
  return (
    <Group gap={6}>
      <AnchorLink
        to="/apps/$app/users/profile"
        params={{ app }}
        search={user !== undefined ? { user } : device !== undefined ? { device } : {}}
        size="sm"
      >
        {user ?? device ?? 'somebody'}
      </AnchorLink>
      {user === undefined && (
        <Text size="xs" c="dimmed" span>
          anonymous
        </Text>
      )}
    </Group>
  );
}
