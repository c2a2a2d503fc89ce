import { Skeleton } from '@mantine/core';
import { Suspense } from 'react';
import type { ProblemError } from '../../api/http.ts';
import { loadable } from '../../components/loadable.tsx';
import type { FormProps } from './fields.tsx';
import type { BuiltQuestion } from './question.ts';
import { TrendForm } from './trend-form.tsx';

/** The first kind is there at once, the others when they are chosen. */
const FunnelForm = loadable(() => import('./funnel-form.tsx').then((module) => module.FunnelForm));
const PathsForm = loadable(() => import('./flow-forms.tsx').then((module) => module.PathsForm));
const PerformanceForm = loadable(() => import('./flow-forms.tsx').then((module) => module.PerformanceForm));
const RetentionForm = loadable(() => import('./people-forms.tsx').then((module) => module.RetentionForm));
const StickinessForm = loadable(() => import('./people-forms.tsx').then((module) => module.StickinessForm));
const LifecycleForm = loadable(() => import('./people-forms.tsx').then((module) => module.LifecycleForm));
const SessionsForm = loadable(() => import('./people-forms.tsx').then((module) => module.SessionsForm));
const FORM_PX = 320;

/** For when the reader looks at the first answer: the next kind opens at once then. */
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

/** The form of a question of any kind. */
export function Form(props: AnyFormProps) {
  return (
    <Suspense fallback={<Skeleton h={FORM_PX} />}>
      <OfKind {...props} />
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
