import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery } from '../api/hooks.ts';
import { api, ProblemError } from '../api/http.ts';
import { faultsOf } from '../components/faults.ts';
import { FormButtons } from '../components/form-buttons.tsx';
import { FormFailure } from '../components/states.tsx';

/** Changes one's own password; the other sessions end, this one continues with the cookie of the answer. */
export function ChangePassword({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => api('auth/password', { method: 'PUT', body: { present, password } }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
  const { error } = change;
  const isWrong = error instanceof ProblemError && error.is('AUTH_FAILED');
  const faults = faultsOf(error, 'password');
  return (
    <Modal opened onClose={onClose} title="Change password" closeButtonProps={{ 'aria-label': 'Close' }}>
      {change.isSuccess ? (
        <Stack>
          <Text size="sm" role="status">
            Password changed. You’ve been signed out everywhere else.
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              Close
            </Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate();
          }}
        >
          <Stack>
            <PasswordInput
              label="Current password"
              required
              autoComplete="current-password"
              data-autofocus
              value={present}
              error={isWrong && 'Wrong password.'}
              aria-invalid={isWrong}
              onChange={(event) => setPresent(event.currentTarget.value)}
            />
            <PasswordInput
              label="New password"
              description="At least 12 characters."
              required
              autoComplete="new-password"
              value={password}
              error={faults.at('password')}
              aria-invalid={faults.at('password') !== undefined}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {!isWrong && <FormFailure error={faults.rest} />}
            <FormButtons action="Change" isBusy={change.isPending} onCancel={onClose} />
          </Stack>
        </form>
      )}
    </Modal>
  );
}
