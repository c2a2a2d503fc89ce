import { Button, Menu, ScrollArea, Text } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { reportsQuery } from '../../api/hooks.ts';
import type { ExploreSearch } from './search.ts';

/** Opens what was saved. */
export function SavedReports({ app, onOpen }: { app: string; onOpen(search: ExploreSearch): void }) {
  const { data: reports = [] } = useQuery(reportsQuery(app));
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconFolderOpen size={16} aria-hidden />}>
          Saved
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {reports.length === 0 && <Menu.Label>No saved reports yet</Menu.Label>}
        <ScrollArea.Autosize mah={360}>
          {reports.map(({ id, name, description, question, chart }) => (
            <Menu.Item key={id} onClick={() => onOpen({ q: question, report: id, ...(chart && { chart }) })}>
              {name}
              {description !== undefined && (
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {description}
                </Text>
              )}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
