/** What a page shows when there is nothing to show, or when something failed: always with what to do next. */
import { Button, Center, Code, Container, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInbox, IconPlugConnectedX } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ProblemError, UnreachableError } from '../api/http.ts';
import { plainText } from './faults.ts';
import { ButtonLink } from './links.tsx';

/** Nothing is there: why, and what to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap="xs" maw={480}>
        <IconInbox size={32} stroke={1.5} aria-hidden />
        <Text fw={600}>{title}</Text>
        {children !== undefined && (
          <Text c="dimmed" size="sm" ta="center" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}

/** A question that was rejected or not answered. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const problem = error instanceof ProblemError ? error.problem : undefined;
  const away = error instanceof UnreachableError;
  const Icon = away ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <Center py="xl" px="md" role="alert">
      <Stack align="center" gap="xs" maw={560}>
        <Icon size={32} stroke={1.5} aria-hidden />
        <Text fw={600}>{problem?.title ?? (away ? 'Can’t reach the server' : 'Something went wrong')}</Text>
        <Text size="sm" ta="center" style={{ overflowWrap: 'anywhere' }}>
          {detailOf(error)}
        </Text>
        {problem && (
          <Text c="dimmed" size="sm" ta="center">
            {/* The detail of an invalid request says what to correct. */}
            {problem.status !== 400 && plainText(problem.remedy)} <Code>{problem.code}</Code>
          </Text>
        )}
        {onRetry && (
          <Group>
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Center>
  );
}

/** At the end of a form: what is wrong with none of its fields alone. */
export function FormFailure({ error }: { error: unknown }) {
  if (error === undefined || error === null) return null;
  return (
    <Text role="alert" size="sm" c="var(--mantine-color-error)" style={{ overflowWrap: 'anywhere' }}>
      {detailOf(error)}
    </Text>
  );
}

const detailOf = (error: unknown): string =>
  plainText(
    error instanceof ProblemError ? error.problem.detail : error instanceof Error ? error.message : String(error),
  );

export function FailurePage({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Container py="xl">
      <Failure error={error} onRetry={() => void router.invalidate()} />
    </Container>
  );
}

export function NotFound() {
  return (
    <Container py="xl">
      <Stack align="center">
        <Title order={1} size="h3">
          Page not found
        </Title>
        <ButtonLink to="/" variant="default">
          Go to Overview
        </ButtonLink>
      </Stack>
    </Container>
  );
}
