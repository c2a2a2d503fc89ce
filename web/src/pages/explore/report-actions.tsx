import { Badge, Button, Group, Menu } from '@mantine/core';
import { IconChevronDown, IconFolderOpen } from '@tabler/icons-react';
import { Suspense, useEffect, useState } from 'react';
import { useIsAdmin } from '../../api/hooks.ts';
import type { Chart, SavedReport } from '../../api/wire.ts';
import { lazily } from '../../components/lazily.tsx';
import { ButtonLink } from '../../components/links.tsx';
import { isSame, useReportChanges } from '../../components/saved-reports.ts';
import { FormFailure } from '../../components/states.tsx';
import { rememberReport } from '../../shell/opened-reports.ts';
import type { BuiltQuestion } from './question.ts';

const SaveForm = lazily(() => import('../../components/save-form.tsx'), 'SaveForm');

export interface ReportActionsProps {
  readonly app: string;
  readonly question: BuiltQuestion;
  readonly chart: Chart;
  /** The saved report that is open. */
  readonly report: SavedReport | undefined;
  /** Something is missing, so there is nothing to save. */
  readonly isOff: boolean;
  onSaved(report: string): void;
}

/** Opens the library, and saves what is shown: as the report that is open, or as a new one. */
export function ReportActions({ app, question, chart, report, isOff, onSaved }: ReportActionsProps) {
  const isAdmin = useIsAdmin();
  const [isSaving, setSaving] = useState(false);
  const { change } = useReportChanges(app);
  const isEdited = report !== undefined && isEditedFrom(report, question, chart);
  const id = report?.id;
  useEffect(() => {
    if (id !== undefined) rememberReport(id);
  }, [id]);
  return (
    <>
      <FormFailure error={change.error} />
      {isEdited && (
        <Badge variant="default" tt="none" fw={500} role="status">
          Edited
        </Badge>
      )}
      <ButtonLink
        to="/apps/$app/reports"
        params={{ app }}
        variant="default"
        leftSection={<IconFolderOpen size={16} aria-hidden />}
      >
        Reports
      </ButtonLink>
      {isAdmin &&
        (report === undefined ? (
          <Button disabled={isOff} onClick={() => setSaving(true)}>
            Save
          </Button>
        ) : (
          <Group gap={0} wrap="nowrap">
            <Button
              disabled={!isEdited || isOff}
              loading={change.isPending}
              style={{ borderStartEndRadius: 0, borderEndEndRadius: 0 }}
              onClick={() => change.mutate({ report, change: { question, chart } })}
            >
              {isEdited ? 'Save' : 'Saved'}
            </Button>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button
                  variant="default"
                  px={8}
                  aria-label="More ways to save"
                  style={{ borderStartStartRadius: 0, borderEndStartRadius: 0 }}
                >
                  <IconChevronDown size={16} aria-hidden />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setSaving(true)}>Save as…</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        ))}
      <Suspense>
        {isSaving && (
          <SaveForm
            app={app}
            question={question}
            chart={chart}
            name={report?.name}
            onClose={() => setSaving(false)}
            onSaved={onSaved}
          />
        )}
      </Suspense>
    </>
  );
}

/** The chart of a report that names none is the one that fits its kind. */
const isEditedFrom = (report: SavedReport, question: BuiltQuestion, chart: Chart): boolean =>
  !isSame(report.question, question) || (report.chart !== undefined && report.chart !== chart);
