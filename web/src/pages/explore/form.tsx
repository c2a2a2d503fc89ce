import type { ProblemError } from '../../api/http.ts';
import type { FormProps } from './fields.tsx';
import { PathsForm, PerformanceForm } from './flow-forms.tsx';
import { FunnelForm } from './funnel-form.tsx';
import { LifecycleForm, RetentionForm, SessionsForm, StickinessForm } from './people-forms.tsx';
import type { BuiltQuestion } from './question.ts';
import { TrendForm } from './trend-form.tsx';

/** The form of a question of any kind. */
export function Form({
  app,
  question,
  onChange,
  problem,
}: FormProps<BuiltQuestion> & { problem: ProblemError | undefined }) {
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
