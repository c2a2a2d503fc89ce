import { Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { answerQuery, useIsAdmin } from '../../api/hooks.ts';
import type { AnswerOf, QuestionOf } from '../../api/wire.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { count, dateTime } from '../../components/formats.ts';
import { AnchorLink, ButtonLink } from '../../components/links.tsx';
import { Page } from '../../components/page.tsx';
import type { DateRange } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { devicesQuery, eventsOf, type Identity } from './identity.ts';
import { rangeOr, timesIn } from './ranges.ts';
import type { UserSearch } from './search.ts';
import { textOf } from './text-of.ts';
import { Timeline } from './timeline.tsx';
import classes from './users.module.css';

const TOP = 8;

/** One user, or one device that does not belong to a known user. */
export function Profile() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const given = useSearch({ from: '/signed-in/apps/$app/users/profile' });
  const { user, device, event } = given;
  const range = rangeOr(given, '90d');
  const navigate = useNavigate();
  const isAdmin = useIsAdmin();
  const identity: Identity = user === undefined ? { device: device ?? '' } : { user };
  const change = (changed: UserSearch): void =>
    void navigate({
      to: '/apps/$app/users/profile',
      params: { app },
      search: { ...identity, ...changed },
      replace: true,
    });
  const name = user ?? device;
  if (name === undefined || name === '')
    return (
      <Page title="User">
        <Empty title="No user selected">
          Choose one of the{' '}
          <AnchorLink to="/apps/$app/users" params={{ app }} size="sm">
            users
          </AnchorLink>
          .
        </Empty>
      </Page>
    );
  return (
    <Page
      title={name}
      actions={
        <>
          <RangePicker
            value={range}
            onChange={(value) => change({ ...timesIn(value), ...(event !== undefined && { event }) })}
          />
          {isAdmin && (
            <ButtonLink
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              to="/apps/$app/settings"
              params={{ app }}
              search={{ section: 'erase', ...identity }}
            >
              Erase…
            </ButtonLink>
          )}
        </>
      }
    >
      <AnchorLink to="/apps/$app/users" params={{ app }} size="sm" w="fit-content">
        All users
      </AnchorLink>
      <div className={classes['profile']}>
        <About key={name} app={app} identity={identity} range={range} />
        <Timeline
          app={app}
          identity={identity}
          range={range}
          event={event}
          onEvent={(only) => change({ ...timesIn(given), ...(only !== undefined && { event: only }) })}
        />
      </div>
    </Page>
  );
}

interface AboutProps {
  readonly app: string;
  readonly identity: Identity;
  readonly range: DateRange;
}

function About({ app, identity, range }: AboutProps) {
  const devices = useQuery({ ...devicesQuery(app, identity.user ?? ''), enabled: identity.user !== undefined });
  const filters = eventsOf(identity, devices.data?.identified ?? []);
  const isReady = identity.user === undefined || devices.data !== undefined;
  const users: QuestionOf<'users'> = { kind: 'users', ...timesIn(range), filters, limit: 1 };
  const activity: QuestionOf<'trend'> = { kind: 'trend', ...timesIn(range), interval: 'day', series: [{}], filters };
  const top: QuestionOf<'trend'> = {
    kind: 'trend',
    ...timesIn(range),
    series: [{}],
    filters,
    breakdown: ['event'],
    limit: TOP,
  };
  const options = { enabled: isReady, placeholderData: keepPreviousData } as const;
  const person = useQuery({ ...answerQuery(app, users), ...options });
  const days = useQuery({ ...answerQuery(app, activity), ...options });
  const events = useQuery({ ...answerQuery(app, top), ...options });
  const error = devices.error ?? person.error ?? days.error ?? events.error;
  if (error)
    return (
      <Failure
        error={error}
        onRetry={() => {
          for (const query of [devices, person, days, events]) if (query.error) void query.refetch();
        }}
      />
    );
  return (
    <Stack gap="md">
      <Card withBorder padding="md">
        {person.data ? (
          <Facts app={app} answer={person.data} devices={devices.data?.all ?? []} identity={identity} />
        ) : (
          <Skeleton h={180} />
        )}
      </Card>
      <Card withBorder padding="md">
        <Title order={2} size="h6" mb="xs">
          Events per day
        </Title>
        {days.data ? <Days answer={days.data} /> : <Skeleton h={56} />}
      </Card>
      <Card withBorder padding="md">
        <Title order={2} size="h6" mb="xs">
          Top events
        </Title>
        {events.data ? <Top answer={events.data} /> : <Skeleton h={160} />}
      </Card>
    </Stack>
  );
}

interface FactsProps {
  readonly app: string;
  readonly answer: AnswerOf<'users'>;
  readonly devices: readonly string[];
  readonly identity: Identity;
}

function Facts({ app, answer, devices, identity }: FactsProps) {
  const person = answer.result.users[0];
  const traits = Object.entries(person?.traits ?? {});
  return (
    <>
      <Title order={2} size="h6" mb="xs">
        Profile
      </Title>
      {!person && (
        <Text size="sm" c="dimmed">
          No events in this period. Choose a longer range.
        </Text>
      )}
      <dl className={classes['traits']}>
        {traits.map(([name, value]) => (
          <Fact key={name} label={name}>
            {textOf(value)}
          </Fact>
        ))}
        {person && (
          <>
            <Fact label="Events">{count(person.events)}</Fact>
            <Fact label="First seen">{dateTime(person.firstSeen, answer.timeZone)}</Fact>
            <Fact label="Last seen">{dateTime(person.lastSeen, answer.timeZone)}</Fact>
          </>
        )}
        {identity.user !== undefined && devices.length > 0 && (
          <Fact label={devices.length === 1 ? 'Device' : 'Devices'}>
            <Group gap={8}>
              {devices.map((device) => (
                <AnchorLink
                  key={device}
                  to="/apps/$app/events"
                  params={{ app }}
                  search={{ filters: [{ field: 'device', value: device }] }}
                  size="sm"
                >
                  {device}
                </AnchorLink>
              ))}
            </Group>
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Days({ answer }: { answer: AnswerOf<'trend'> }) {
  const values = (answer.result.series[0]?.points ?? []).map(({ value }) => value);
  const active = values.filter((value) => (value ?? 0) > 0).length;
  const text = `${count(active)} active ${active === 1 ? 'day' : 'days'} of ${count(values.length)}`;
  return (
    <>
      <Sparkline
        values={values}
        width={270}
        height={48}
        label={`Events per day: ${text}`}
        isLastRunning={Date.parse(answer.to) > Date.now()}
      />
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </>
  );
}

function Top({ answer }: { answer: AnswerOf<'trend'> }) {
  const rows = answer.result.series.map(({ group, total }) => ({
    name: nameOf(group?.[0]),
    total: total ?? 0,
  }));
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        None in this period.
      </Text>
    );
  return (
    <dl className={`${classes['traits']} ${classes['counts']}`}>
      {rows.map(({ name, total }) => (
        <Fact key={name} label={name}>
          {count(total)}
        </Fact>
      ))}
    </dl>
  );
}

type Part = NonNullable<AnswerOf<'trend'>['result']['series'][number]['group']>[number];
const nameOf = (part: Part | undefined): string =>
  typeof part === 'object' && 'value' in part ? textOf(part.value) : 'Other';
