import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { urlOf } from '../../api/http.ts';

const FORMS = [
  { format: 'csv', label: 'CSV' },
  { format: 'ndjson', label: 'NDJSON' },
  { format: 'parquet', label: 'Parquet' },
] as const;

interface DownloadProps {
  readonly app: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Everything that matches, not only what has been scrolled to, as the server streams it. */
export function Download({ app, path, query }: DownloadProps) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>All matching events</Menu.Label>
        {FORMS.map(({ format, label }) => (
          <Menu.Item
            key={format}
            component="a"
            href={urlOf(path, { ...query, format, ...(format === 'csv' && { csvSafe: true }) })}
            download={`${app}-events.${format}`}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
