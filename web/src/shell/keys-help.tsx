import { Group, Kbd, Modal, Table, Text } from '@mantine/core';
import { useAllShortcuts } from './shortcuts.tsx';

const IS_MAC = navigator.platform.startsWith('Mac');
const nameOf = (key: string): string =>
  key
    .replace('mod+', IS_MAC ? '⌘ ' : 'Ctrl ')
    .replace('ArrowUp', '↑')
    .replace('ArrowDown', '↓');

/** The keys that work on this page. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const shortcuts = useAllShortcuts();
  return (
    <Modal opened onClose={onClose} title="Keys" size="md">
      <Table>
        <Table.Tbody>
          {shortcuts.map(({ keys, label }) => (
            <Table.Tr key={keys}>
              <Table.Td>
                <Text size="sm">{label}</Text>
              </Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end">
                  {keys.split(' ').map((key, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the keys of a sequence never move
                    <Kbd key={i}>{nameOf(key)}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
