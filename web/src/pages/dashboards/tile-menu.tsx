import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowLeft,
  IconArrowRight,
  IconArrowUp,
  IconDots,
  IconPencil,
  IconTelescope,
  IconTrash,
} from '@tabler/icons-react';

export interface TileMenuProps {
  readonly name: string;
  onMove(dx: number, dy: number): void;
  onResize(dw: number, dh: number): void;
  onRename(): void;
  onEdit(): void;
  onRemove(): void;
}

const MOVES = [
  ['Move up', IconArrowUp, 0, -1],
  ['Move down', IconArrowDown, 0, 1],
  ['Move left', IconArrowLeft, -1, 0],
  ['Move right', IconArrowRight, 1, 0],
] as const;
const SIZES = [
  ['Wider', 1, 0],
  ['Narrower', -1, 0],
  ['Taller', 0, 1],
  ['Shorter', 0, -1],
] as const;

/** Everything that can be done to a tile without dragging it (WCAG 2.5.7). It stays open while a tile is moved step by step. */
export function TileMenu({ name, onMove, onResize, onRename, onEdit, onRemove }: TileMenuProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Actions for ${name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onRename}>
          Rename
        </Menu.Item>
        <Menu.Item leftSection={<IconTelescope size={16} aria-hidden />} onClick={onEdit}>
          Open in Explore
        </Menu.Item>
        <Menu.Divider />
        {MOVES.map(([label, Icon, dx, dy]) => (
          <Menu.Item
            key={label}
            closeMenuOnClick={false}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => onMove(dx, dy)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {SIZES.map(([label, dw, dh]) => (
          <Menu.Item key={label} closeMenuOnClick={false} onClick={() => onResize(dw, dh)}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} c="var(--mantine-color-error)" onClick={onRemove}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
