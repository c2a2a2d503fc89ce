import { SegmentedControl } from '@mantine/core';
import type { User } from './queries.ts';

export function RoleChoice({ value, onChange }: { value: User['role']; onChange(role: User['role']): void }) {
  return (
    <SegmentedControl
      aria-label="Role"
      value={value}
      onChange={(role) => onChange(role === 'admin' ? 'admin' : 'viewer')}
      data={[
        { value: 'viewer', label: 'Viewer: reads everything' },
        { value: 'admin', label: 'Admin: changes everything' },
      ]}
    />
  );
}
