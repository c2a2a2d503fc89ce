import { Modal, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ProblemError } from '../../api/http.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { Failure } from '../../components/states.tsx';
import { accountsQuery, type User } from './queries.ts';
import { RoleChoice } from './role-choice.tsx';

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
  const { error } = change;
  const isUnfit = error instanceof ProblemError && error.problem.field === 'password';
  return (
    <Modal opened onClose={onClose} title={`Change ${user.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <RoleChoice value={role} onChange={setRole} />
          <PasswordInput
            label="New password"
            description="At least 12 characters. Leave empty to keep the current one. A new password ends their sessions."
            autoComplete="new-password"
            value={password}
            error={isUnfit && error.message}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {error && !isUnfit && <Failure error={error} />}
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
