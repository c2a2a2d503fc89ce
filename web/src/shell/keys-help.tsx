import { Group, Kbd, Modal, Stack, Text, Title } from '@mantine/core';
import { Fragment } from 'react';
import { type Shortcut, useAllShortcuts } from './shortcuts.tsx';

const IS_MAC = navigator.platform.startsWith('Mac');
const nameOf = (key: string): string =>
  key === ' '
    ? 'Space'
    : key
        .replace('mod+', IS_MAC ? '⌘ ' : 'Ctrl ')
        .replace('ArrowUp', '↑')
        .replace('ArrowDown', '↓')
        .replace(/\b[a-z]$/, (letter) => (key.length > 1 ? letter.toUpperCase() : letter));

/** The keyboard shortcuts of this page, and those of all pages. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const shortcuts = useAllShortcuts();
  const everywhere = shortcuts.filter(({ isEverywhere }) => isEverywhere);
  const here = shortcuts.filter(({ isEverywhere }) => !isEverywhere);
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="md" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="lg">
        {here.length > 0 && <Keys title="On this page" shortcuts={here} />}
        <Keys title="Everywhere" shortcuts={everywhere} />
      </Stack>
    </Modal>
  );
}

function Keys({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  // Several keys may do the same.
  const byLabel = new Map<string, string[]>();
  for (const { label, keys } of shortcuts) byLabel.set(label, [...(byLabel.get(label) ?? []), keys]);
  return (
    <Stack gap={6}>
      <Title order={3} size="h6" c="dimmed">
        {title}
      </Title>
      {[...byLabel].map(([label, all]) => (
        <Group key={label} justify="space-between" wrap="nowrap">
          <Text size="sm">{label}</Text>
          <Group gap={4} wrap="nowrap">
            {all.map((keys, i) => (
              <Fragment key={keys}>
                {i > 0 && (
                  <Text size="xs" c="dimmed">
                    or
                  </Text>
                )}
                {partsOf(keys).map((key, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the keys of a sequence never move
                  <Kbd key={at}>{nameOf(key)}</Kbd>
                ))}
              </Fragment>
            ))}
          </Group>
        </Group>
      ))}
    </Stack>
  );
}

const partsOf = (keys: string): readonly string[] => (keys === ' ' ? [keys] : keys.split(' '));
