import { Skeleton } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import type { ProblemError } from '../../api/http.ts';
import { loadable } from '../../components/loadable.tsx';
import type { FormProps } from './fields.tsx';
import type { BuiltQuestion } from './question.ts';

/** The form of the first kind is loaded while the answer is, the others when they are selected. */
const TrendForm = loadable(() => import('./trend-form.tsx'), 'TrendForm');
TrendForm.preload();
const FunnelForm = loadable(() => import('./funnel-form.tsx'), 'FunnelForm');
const PathsForm = loadable(() => import('./flow-forms.tsx'), 'PathsForm');
const PerformanceForm = loadable(() => import('./flow-forms.tsx'), 'PerformanceForm');
const RetentionForm = loadable(() => import('./activity-forms.tsx'), 'RetentionForm');
const StickinessForm = loadable(() => import('./activity-forms.tsx'), 'StickinessForm');
const LifecycleForm = loadable(() => import('./activity-forms.tsx'), 'LifecycleForm');
const SessionsForm = loadable(() => import('./activity-forms.tsx'), 'SessionsForm');
const FORM_PX = 320;

/** Called while the reader looks at the first answer: the next kind then opens at once. */
export function preloadForms(): void {
  for (const form of [
    FunnelForm,
    PathsForm,
    PerformanceForm,
    RetentionForm,
    StickinessForm,
    LifecycleForm,
    SessionsForm,
  ])
    form.preload();
}

type AnyFormProps = FormProps<BuiltQuestion> & { problem: ProblemError | undefined };

/** The form for a question of any kind; what is below it appears with it, so that nothing moves. */
export function Form({ children, ...props }: AnyFormProps & { children: ReactNode }) {
  return (
    <Suspense fallback={<Skeleton h={FORM_PX} />}>
      <OfKind {...props} />
      {children}
    </Suspense>
  );
}

function OfKind({ app, question, onChange, problem }: AnyFormProps) {
  const shared = { app, onChange };
  switch (question.kind) {
    case 'trend': {
      const isFormula = problem?.problem.field === 'formula';
      return <TrendForm {...shared} question={question} formulaError={isFormula ? problem?.message : undefined} />;
    }
    case 'funnel':
      return <FunnelForm {...shared} question={question} />;
    case 'retention':
      return <RetentionForm {...shared} question={question} />;
    case 'paths':
      return <PathsForm {...shared} question={question} />;
    case 'stickiness':
      return <StickinessForm {...shared} question={question} />;
    case 'lifecycle':
      return <LifecycleForm {...shared} question={question} />;
    case 'sessions':
      return <SessionsForm {...shared} question={question} />;
    case 'performance':
      return <PerformanceForm {...shared} question={question} />;
  }
}
