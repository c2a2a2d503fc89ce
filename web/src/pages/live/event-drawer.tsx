import { Button, Code, Drawer, Group, ScrollArea, Stack, Table, Text, Title } from '@mantine/core';
import { CopyButton } from '../../parts/copy-button.tsx';
import { dateTime } from '../../parts/formats.ts';
import { AnchorLink, ButtonLink } from '../../parts/links.tsx';
import type { LiveEvent } from './feed.ts';

export interface EventDrawerProps {
  readonly app: string;
  readonly event: LiveEvent;
  readonly timeZone: string | undefined;
  onClose(): void;
  /** To the row below (1) or above (-1). */
  onStep(by: 1 | -1): void;
  onOnly(only: { readonly event?: string; readonly user?: string }): void;
}

/** All of one event. */
export function EventDrawer({ app, event, timeZone, onClose, onStep, onOnly }: EventDrawerProps) {
  const { event: name, id, timestamp, receivedAt, clientTimestamp, user, device, session, uuid, data } = event;
  const properties = data !== undefined && data !== null && typeof data === 'object' ? Object.entries(data) : [];
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={
        <Text fw={600} component="span" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
      scrollAreaComponent={ScrollArea.Autosize}
      transitionProps={{ duration: 120 }}
      onKeyDown={(pressed) => {
        const by =
          pressed.key === 'j' || pressed.key === 'ArrowDown' ? 1 : ['k', 'ArrowUp'].includes(pressed.key) ? -1 : 0;
        if (by === 0) return;
        pressed.preventDefault();
        onStep(by);
      }}
    >
      <Stack gap="md">
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
          <Button size="xs" variant="default" onClick={() => onOnly({ event: name })}>
            Only this event
          </Button>
          {user !== undefined && (
            <Button size="xs" variant="default" onClick={() => onOnly({ user })}>
              Only this user
            </Button>
          )}
        </Group>
        <Fields
          title="Event"
          fields={[
            ['Happened', dateTime(timestamp, timeZone)],
            ['Arrived', dateTime(receivedAt, timeZone)],
            ...(clientTimestamp === undefined ? [] : [['As sent', dateTime(clientTimestamp, timeZone)] as const]),
            [
              'User',
              user === undefined ? undefined : (
                <AnchorLink key="user" to="/apps/$app/users/profile" params={{ app }} search={{ user }} size="sm">
                  {user}
                </AnchorLink>
              ),
            ],
            [
              'Device',
              device === undefined ? undefined : (
                <AnchorLink key="device" to="/apps/$app/users/profile" params={{ app }} search={{ device }} size="sm">
                  {device}
                </AnchorLink>
              ),
            ],
            ['Session', session],
            ['Id', id],
            ['UUID', uuid],
          ]}
        />
        <Fields
          title="Properties"
          fields={properties.map(([key, value]) => [
            key,
            typeof value === 'string' ? value : <Code key={key}>{JSON.stringify(value)}</Code>,
          ])}
        />
      </Stack>
    </Drawer>
  );
}

type Field = readonly [string, React.ReactNode];

function Fields({ title, fields }: { title: string; fields: readonly Field[] }) {
  const present = fields.filter(([, value]) => value !== undefined);
  return (
    <Stack gap={4}>
      <Title order={2} size="h6">
        {title}
      </Title>
      {present.length === 0 ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : (
        <Table layout="fixed" fz="sm">
          <Table.Tbody>
            {present.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w="34%" fw={500} c="dimmed" style={{ overflowWrap: 'anywhere', verticalAlign: 'top' }}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
