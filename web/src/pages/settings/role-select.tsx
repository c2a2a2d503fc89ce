import { Input, SegmentedControl } from '@mantine/core';
import type { User } from './queries.ts';

export function RoleSelect({ value, onChange }: { value: User['role']; onChange(role: User['role']): void }) {
  return (
    <Input.Wrapper label="Role" labelElement="div" description="Viewers can read; admins can edit.">
      <div>
        <SegmentedControl
          mt={5}
          aria-label="Role"
          value={value}
          onChange={(role) => onChange(role === 'admin' ? 'admin' : 'viewer')}
          data={[
            { value: 'viewer', label: 'Viewer' },
            { value: 'admin', label: 'Admin' },
          ]}
        />
      </div>
    </Input.Wrapper>
  );
}
