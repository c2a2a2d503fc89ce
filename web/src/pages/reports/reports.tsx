import { ActionIcon, Badge, Menu, Skeleton, Table, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconCopy, IconDots, IconPencil, IconSearch, IconShare, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useMemo, useRef, useState } from 'react';
import { reportsQuery, useIsAdmin } from '../../api/hooks.ts';
import type { SavedReport } from '../../api/wire.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ago } from '../../components/formats.ts';
import { lazily } from '../../components/lazily.tsx';
import { ButtonLink } from '../../components/links.tsx';
import { Page } from '../../components/page.tsx';
import { ReportLink } from '../../components/report-link.tsx';
import { useReportChanges } from '../../components/saved-reports.ts';
import { Empty, Failure, FormFailure } from '../../components/states.tsx';
import { openedReports } from '../../shell/opened-reports.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';

/** Rarely needed by readers. */
const Rename = lazily(() => import('../../components/rename.tsx'), 'Rename');
const ShareLinks = lazily(() => import('../../components/share-links.tsx'), 'ShareLinks');

type Dialog = { readonly kind: 'rename' | 'share' | 'remove'; readonly of: SavedReport };

const KINDS: Readonly<Record<SavedReport['question']['kind'], string>> = {
  trend: 'Trend',
  funnel: 'Funnel',
  retention: 'Retention',
  paths: 'Paths',
  stickiness: 'Stickiness',
  lifecycle: 'Lifecycle',
  sessions: 'Sessions',
  performance: 'Performance',
  sql: 'SQL',
  users: 'Users',
  timeline: 'Timeline',
  web: 'Web',
};

/** The library of saved reports: those opened last come first. */
export function Reports() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { search = '' } = useSearch({ from: '/signed-in/apps/$app/reports' });
  const navigate = useNavigate({ from: '/apps/$app/reports' });
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(reportsQuery(app));
  const [opened] = useState(openedReports);
  const [dialog, setDialog] = useState<Dialog>();
  const { create, change, remove } = useReportChanges(app);
  const close = (): void => {
    setDialog(undefined);
    change.reset();
    remove.reset();
  };
  const field = useRef<HTMLInputElement>(null);
  useShortcuts(useMemo(() => [{ keys: 's', label: 'Search reports', run: () => field.current?.focus() }], []));
  const at = ({ id }: SavedReport): number => opened[id] ?? 0;
  const shown = (data ?? [])
    .filter((report) => matches(report, search))
    .sort((a, b) => at(b) - at(a) || a.name.localeCompare(b.name));
  return (
    <Page
      title="Reports"
      actions={
        isAdmin && (
          <ButtonLink to="/apps/$app/explore" params={{ app }} search={{}}>
            New report
          </ButtonLink>
        )
      }
    >
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={240} />}
      {data?.length === 0 && (
        <Empty
          title="No saved reports yet"
          action={
            <ButtonLink to="/apps/$app/explore" params={{ app }} variant="default">
              Open Explore
            </ButtonLink>
          }
        >
          {isAdmin
            ? 'Build a report in Explore, then press Save. You can put it on a dashboard or share it.'
            : 'Reports that an admin saves appear here.'}
        </Empty>
      )}
      {data && data.length > 0 && (
        <>
          <TextInput
            ref={field}
            aria-label="Search reports"
            placeholder="Search by name, kind or owner"
            leftSection={<IconSearch size={16} aria-hidden />}
            maw={320}
            value={search}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: value === '' ? {} : { search: value }, replace: true })
            }
          />
          <FormFailure error={create.error} />
          {shown.length === 0 ? (
            <Empty title="No matching reports" />
          ) : (
            <Table highlightOnHover verticalSpacing="sm" aria-label="Reports">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th visibleFrom="xs">Kind</Table.Th>
                  <Table.Th visibleFrom="sm">Owner</Table.Th>
                  <Table.Th visibleFrom="sm">Last opened</Table.Th>
                  <Table.Th visibleFrom="md">Changed</Table.Th>
                  {isAdmin && (
                    <Table.Th w={48}>
                      <VisuallyHidden>Actions</VisuallyHidden>
                    </Table.Th>
                  )}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {shown.map((report) => (
                  <Row
                    key={report.id}
                    app={app}
                    report={report}
                    openedAt={opened[report.id]}
                    isAdmin={isAdmin}
                    onChoose={(kind) => setDialog({ kind, of: report })}
                    onDuplicate={() => create.mutate(copyOf(report, data))}
                  />
                ))}
              </Table.Tbody>
            </Table>
          )}
        </>
      )}
      <Suspense>
        {dialog?.kind === 'rename' && (
          <Rename
            title="Rename report"
            name={dialog.of.name}
            description={dialog.of.description}
            hasDescription
            isBusy={change.isPending}
            error={change.error}
            onSave={(name, description) =>
              change.mutate(
                { report: dialog.of, change: { name, description: description || null } },
                { onSuccess: close },
              )
            }
            onClose={close}
          />
        )}
        {dialog?.kind === 'share' && <ShareLinks app={app} of="reports" id={dialog.of.id} onClose={close} />}
      </Suspense>
      {dialog?.kind === 'remove' && (
        <Confirm
          title={`Delete ${dialog.of.name}?`}
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(dialog.of.id, { onSuccess: close })}
          onClose={close}
        >
          This deletes the report and its share links for everyone. Events are kept. If it is on a dashboard, remove its
          tile first.
        </Confirm>
      )}
    </Page>
  );
}

const matches = ({ name, description = '', createdBy, question }: SavedReport, search: string): boolean =>
  [name, description, createdBy, KINDS[question.kind]].some((text) =>
    text.toLowerCase().includes(search.trim().toLowerCase()),
  );

/** `Sign-ups (copy)`, or with a number when there is one already. */
function copyOf({ name, description, question, chart }: SavedReport, all: readonly SavedReport[]) {
  const taken = new Set(all.map((report) => report.name));
  let copy = `${name} (copy)`;
  for (let n = 2; taken.has(copy); n++) copy = `${name} (copy ${n})`;
  return {
    name: copy,
    question,
    ...(description !== undefined && { description }),
    ...(chart !== undefined && { chart }),
  };
}

interface RowProps {
  readonly app: string;
  readonly report: SavedReport;
  readonly openedAt: number | undefined;
  readonly isAdmin: boolean;
  onChoose(kind: Dialog['kind']): void;
  onDuplicate(): void;
}

function Row({ app, report, openedAt, isAdmin, onChoose, onDuplicate }: RowProps) {
  const { id, name, description, question, chart, createdBy, updatedAt, updatedBy } = report;
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Text component="div" size="sm" fw={500}>
          <ReportLink app={app} question={question} chart={chart} report={id}>
            {name}
          </ReportLink>
        </Text>
        {description !== undefined && (
          <Text size="sm" c="dimmed">
            {description}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <Badge variant="default" tt="none" fw={500}>
          {KINDS[question.kind]}
        </Badge>
      </Table.Td>
      <Table.Td visibleFrom="sm">{createdBy}</Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm" c="dimmed" title="By you, in this browser">
          {openedAt === undefined ? '–' : ago(openedAt)}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm" c="dimmed">
          {ago(updatedAt)}
          {updatedBy !== createdBy && ` by ${updatedBy}`}
        </Text>
      </Table.Td>
      {isAdmin && (
        <Table.Td>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onChoose('rename')}>
                Rename
              </Menu.Item>
              <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={onDuplicate}>
                Duplicate
              </Menu.Item>
              <Menu.Item leftSection={<IconShare size={16} aria-hidden />} onClick={() => onChoose('share')}>
                Share
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} aria-hidden />}
                c="var(--mantine-color-error)"
                onClick={() => onChoose('remove')}
              >
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
