import { Modal, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/http.ts';
import { faultsOf } from '../../components/faults.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { FormFailure } from '../../components/states.tsx';
import { accountsQuery, type User } from './queries.ts';
import { RoleSelect } from './role-select.tsx';

/** Another role, another password, or both. */
export function ChangeUser({ user, onClose }: { user: User; onClose(): void }) {
  const client = useQueryClient();
  const [role, setRole] = useState(user.role);
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () =>
      api(`api/users/${encodeURIComponent(user.name)}`, {
        method: 'PATCH',
        body: { ...(role !== user.role && { role }), ...(password !== '' && { password }) },
      }),
    onSuccess() {
      onClose();
      return client.invalidateQueries({ queryKey: accountsQuery.queryKey });
    },
  });
  const faults = faultsOf(change.error, 'password');
  return (
    <Modal opened onClose={onClose} title={`Change ${user.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <RoleSelect value={role} onChange={setRole} />
          <PasswordInput
            label="New password"
            description="At least 12 characters. Leave empty to keep the current one. A new password ends their sessions."
            autoComplete="new-password"
            value={password}
            error={faults.at('password')}
            aria-invalid={faults.at('password') !== undefined}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <FormFailure error={faults.rest} />
          <FormButtons
            action="Save"
            isBusy={change.isPending}
            isOff={role === user.role && password === ''}
            onCancel={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
