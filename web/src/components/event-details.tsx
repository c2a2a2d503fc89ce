import { Group, Stack, Text, Title } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { StoredEvent } from '../api/wire.ts';
import { CopyButton } from './copy-button.tsx';
import classes from './event-details.module.css';
import { dateTime } from './formats.ts';
import { AnchorLink, ButtonLink } from './links.tsx';
import { useZone } from './use-zone.ts';

export interface EventDetailsProps {
  readonly app: string;
  readonly event: StoredEvent;
  /** IANA; the app's by default. */
  readonly timeZone?: string | undefined;
  /** Beside the buttons that are always there. */
  readonly actions?: ReactNode;
}

/** Everything about one event. */
export function EventDetails({ app, event, timeZone, actions }: EventDetailsProps) {
  const own = useZone(app);
  const zone = timeZone ?? own;
  const { event: name, id, timestamp, receivedAt, clientTimestamp, user, device, session, uuid, data = {} } = event;
  const isEmpty = Object.keys(data).length === 0;
  const identity = user === undefined ? (device === undefined ? undefined : { device }) : { user };
  const fields: readonly (readonly [string, ReactNode])[] = [
    ['Time', dateTime(timestamp, zone)],
    ['Received', dateTime(receivedAt, zone)],
    ['Client time', clientTimestamp && dateTime(clientTimestamp, zone)],
    [
      'User',
      user && (
        <AnchorLink to="/apps/$app/users/profile" params={{ app }} search={{ user }} size="sm">
          {user}
        </AnchorLink>
      ),
    ],
    [
      'Device',
      device && (
        <AnchorLink to="/apps/$app/users/profile" params={{ app }} search={{ device }} size="sm">
          {device}
        </AnchorLink>
      ),
    ],
    ['Session', session],
    ['ID', id],
    ['UUID', <Value key="uuid" value={uuid} />],
  ];
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <CopyButton text={JSON.stringify(event, undefined, 2)} label="Copy as JSON" />
        <ButtonLink
          size="xs"
          variant="default"
          to="/apps/$app/explore"
          params={{ app }}
          search={{ q: { kind: 'trend', last: '30d', interval: 'day', series: [{ event: name }] } }}
        >
          Show over time
        </ButtonLink>
        {identity && (
          <ButtonLink size="xs" variant="default" to="/apps/$app/users/profile" params={{ app }} search={identity}>
            Open user
          </ButtonLink>
        )}
        {actions}
      </Group>
      <section>
        <Title order={2} size="h6" mb={6}>
          Event
        </Title>
        <dl className={classes['fields']}>
          {fields.map(
            ([label, value]) =>
              value !== undefined && (
                <Fragment key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </Fragment>
              ),
          )}
        </dl>
      </section>
      <section>
        <Title order={2} size="h6" mb={6}>
          Properties
        </Title>
        {isEmpty ? (
          <Text size="sm" c="dimmed">
            This event has no properties.
          </Text>
        ) : (
          <Tree value={data} />
        )}
      </section>
    </Stack>
  );
}

/** Objects and lists, one value per line; nested ones are indented. */
function Tree({ value }: { value: object }) {
  return (
    <ul className={classes['tree']}>
      {Object.entries(value).map(([key, child]: [string, unknown]) => (
        <li key={key} className={classes['item']}>
          <span className={classes['key']}>{Array.isArray(value) ? Number(key) + 1 : key}</span> <Value value={child} />
        </li>
      ))}
    </ul>
  );
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) return <Tree value={value} />;
  if (typeof value === 'string')
    return value === '' ? (
      <Text span size="sm" c="dimmed">
        (empty text)
      </Text>
    ) : (
      <span className={classes['value']}>{value}</span>
    );
  return <span className={classes['code']}>{JSON.stringify(value)}</span>;
}
