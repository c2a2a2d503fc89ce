import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ProblemError } from '../../api/http.ts';
import type { FormProps } from './fields.tsx';
import type { BuiltQuestion } from './question.ts';
import { TrendForm } from './trend-form.tsx';

/** The first kind is there at once, the others when they are chosen. */
const FunnelForm = lazy(() => import('./funnel-form.tsx').then((module) => ({ default: module.FunnelForm })));
const PathsForm = lazy(() => import('./flow-forms.tsx').then((module) => ({ default: module.PathsForm })));
const PerformanceForm = lazy(() => import('./flow-forms.tsx').then((module) => ({ default: module.PerformanceForm })));
const RetentionForm = lazy(() => import('./people-forms.tsx').then((module) => ({ default: module.RetentionForm })));
const StickinessForm = lazy(() => import('./people-forms.tsx').then((module) => ({ default: module.StickinessForm })));
const LifecycleForm = lazy(() => import('./people-forms.tsx').then((module) => ({ default: module.LifecycleForm })));
const SessionsForm = lazy(() => import('./people-forms.tsx').then((module) => ({ default: module.SessionsForm })));
const FORM_PX = 320;

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
