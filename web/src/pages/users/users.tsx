import { Group, Pagination, Select, Skeleton, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { answerQuery, eventNamesQuery } from '../../api/hooks.ts';
import type { AnswerOf, QuestionOf } from '../../api/wire.ts';
import { ago, count, dateTime } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { NoData } from '../../components/no-data.tsx';
import { Page } from '../../components/page.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { isSystemEvent } from '../../components/system-events.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import { rangeOr, timesIn } from './ranges.ts';
import type { Sort, UsersSearch } from './search.ts';
import { segmentsQuery } from './segments.ts';
import { textOf } from './text-of.ts';
import classes from './users.module.css';

const PAGE = 50;
/** The users' traits that tell the most in a list. */
const TRAITS = ['name', 'email', 'plan'] as const;
const TYPED_MS = 250;

/** The users of an app, most recently seen first. */
export function Users() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const given = useSearch({ from: '/signed-in/apps/$app/users' });
  const { search, sort = 'lastSeen', order = 'desc', segment, page = 1 } = given;
  const range = rangeOr(given, '30d');
  const navigate = useNavigate();
  const change = (changed: UsersSearch): void =>
    void navigate({ to: '/apps/$app/users', params: { app }, search: changed, replace: true });
  /** Another selection starts at its first page. */
  const { page: _, ...first } = given;

  const question: QuestionOf<'users'> = {
    kind: 'users',
    ...timesIn(range),
    ...(search !== undefined && { search }),
    ...(segment !== undefined && { segment: { saved: segment } }),
    sort,
    order,
    limit: PAGE,
    offset: (page - 1) * PAGE,
  };
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...answerQuery(app, question),
    placeholderData: keepPreviousData,
  });
  const { data: segments = [] } = useQuery(segmentsQuery(app));
  const { data: names } = useQuery(eventNamesQuery(app));

  const field = useRef<HTMLInputElement>(null);
  useShortcuts(useMemo(() => [{ keys: 's', label: 'Search users', run: () => field.current?.focus() }], []));
  const [typed, setTyped] = useState(search ?? '');
  const look = useDebouncedCallback((text: string) => {
    const { search: __, ...others } = first;
    change(text === '' ? others : { ...others, search: text });
  }, TYPED_MS);

  const pages = data ? Math.ceil(data.result.total / PAGE) : 0;
  return (
    <Page
      title="Users"
      actions={
        <RangePicker value={range} onChange={(value) => change({ ...withoutTimes(first), ...timesIn(value) })} />
      }
    >
      <Group gap="sm" align="center">
        <TextInput
          ref={field}
          aria-label="Search users"
          placeholder="Search ID, name, email or any trait"
          leftSection={<IconSearch size={16} aria-hidden />}
          w={{ base: '100%', xs: 320 }}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            look(currentTarget.value);
          }}
        />
        <Group gap="sm" mih={36}>
          {(segments.length > 0 || segment !== undefined) && (
            <Select
              aria-label="Segment"
              w={200}
              allowDeselect={false}
              data={[
                { value: '', label: 'All users' },
                ...segments.map(({ id, name }) => ({ value: id, label: name })),
                ...(segment !== undefined && !segments.some(({ id }) => id === segment)
                  ? [{ value: segment, label: '(deleted segment)' }]
                  : []),
              ]}
              value={segment ?? ''}
              onChange={(id) => {
                const { segment: __, ...others } = first;
                change(id ? { ...others, segment: id } : others);
              }}
            />
          )}
          <Text size="sm" c="dimmed" role="status" mih={20}>
            {data && `${count(data.result.total)} ${data.result.total === 1 ? 'user' : 'users'}`}
          </Text>
        </Group>
      </Group>
      {error && !data ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton h={480} />
      ) : names?.length === 0 ? (
        <NoData app={app} />
      ) : data.result.users.length === 0 ? (
        <Empty title={search === undefined ? 'No users in this period' : 'No matching users'}>
          {search === undefined
            ? 'Send events with a `user` or `device`, or choose a longer range.'
            : 'No user ID, anonymous device ID or trait (name, email, plan, …) contains this text. Choose a longer range, or search for less.'}
        </Empty>
      ) : (
        <Stack gap="sm" style={{ opacity: isPlaceholderData ? 0.5 : 1 }}>
          <UserTable
            app={app}
            answer={data}
            sort={sort}
            order={order}
            onSort={(by) => change({ ...first, sort: by, order: by === sort && order === 'desc' ? 'asc' : 'desc' })}
          />
          {pages > 1 && (
            <Pagination
              total={pages}
              value={page}
              size="sm"
              onChange={(to) => change(to === 1 ? first : { ...first, page: to })}
              getControlProps={(control) => ({ 'aria-label': `The ${control} page` })}
              getItemProps={(to) => ({ 'aria-label': `Page ${to}` })}
            />
          )}
        </Stack>
      )}
    </Page>
  );
}

const withoutTimes = ({ last: _, from: __, to: ___, timeZone: ____, ...rest }: UsersSearch): UsersSearch => rest;

interface UserTableProps {
  readonly app: string;
  readonly answer: AnswerOf<'users'>;
  readonly sort: Sort;
  readonly order: 'asc' | 'desc';
  onSort(by: Sort): void;
}

function UserTable({ app, answer, sort, order, onSort }: UserTableProps) {
  const { users } = answer.result;
  const traits = TRAITS.filter((name) => users.some((user) => user.traits?.[name] !== undefined));
  const head = (by: Sort, label: string, isNumber = false) => (
    <Table.Th
      ta={isNumber ? 'right' : undefined}
      aria-sort={sort === by ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
    >
      <UnstyledButton className={classes['sort']} onClick={() => onSort(by)}>
        {label}
        {sort === by &&
          (order === 'asc' ? <IconArrowUp size={14} aria-hidden /> : <IconArrowDown size={14} aria-hidden />)}
      </UnstyledButton>
    </Table.Th>
  );
  return (
    <Table.ScrollContainer
      minWidth={640 + 140 * traits.length}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Users', role: 'region' } }}
    >
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>User</Table.Th>
            {traits.map((name) => (
              <Table.Th key={name} tt="capitalize">
                {name}
              </Table.Th>
            ))}
            {head('events', 'Events', true)}
            {head('firstSeen', 'First seen')}
            {head('lastSeen', 'Last seen')}
            <Table.Th>Last event</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map(({ user, device, events, firstSeen, lastSeen, last, traits: known }) => (
            <Table.Tr key={user === undefined ? `device ${device}` : `user ${user}`}>
              <Table.Td className={classes['cut']} title={user ?? device}>
                <AnchorLink
                  to="/apps/$app/users/profile"
                  params={{ app }}
                  search={user === undefined ? { device: device ?? '' } : { user }}
                  size="sm"
                  fw={500}
                >
                  {user ?? device}
                </AnchorLink>
                {user === undefined && (
                  <Text span size="xs" c="dimmed">
                    {' '}
                    anonymous
                  </Text>
                )}
              </Table.Td>
              {traits.map((name) => (
                <Table.Td key={name} className={classes['cut']} title={textOf(known?.[name])}>
                  {textOf(known?.[name])}
                </Table.Td>
              ))}
              <Table.Td ta="right">{count(events)}</Table.Td>
              <Table.Td title={dateTime(firstSeen, answer.timeZone)}>{ago(firstSeen)}</Table.Td>
              <Table.Td title={dateTime(lastSeen, answer.timeZone)}>{ago(lastSeen)}</Table.Td>
              <Table.Td className={classes['cut']} title={last.event}>
                {isSystemEvent(last.event) ? 'Identified' : last.event}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
