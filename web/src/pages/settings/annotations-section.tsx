import { annotationsQuery } from '../../api/hooks.ts';
import type { Operations } from '../../api/wire.ts';
import { AnnotationForm } from '../../components/annotation-form.tsx';
import { day } from '../../components/formats.ts';
import { SavedList } from './saved-list.tsx';

/** With the instant it stands at. */
type Mark = Operations['getApiAppsAppAnnotations']['answer'][number];

/** Marks on every chart: what happened on a day. */
export function AnnotationsSection({ app }: { app: string }) {
  return (
    <SavedList<Mark>
      app={app}
      what="annotations"
      queryKey={annotationsQuery(app).queryKey}
      intro={`Marks on the charts of ${app}: a release, a campaign, an outage.`}
      create="New mark"
      empty={{ title: 'No marks yet', text: 'They explain a bend in a line to whoever sees it later.' }}
      columns={['Day', 'What happened']}
      cellsOf={({ date, at, text }) => [typeof date === 'string' && date.length === 10 ? date : day(at), text]}
      nameOf={({ text }) => text}
      removal={{
        title: () => 'Delete this mark?',
        text: ({ text }) => `${text} is no longer shown on any chart.`,
      }}
      edit={(mark, onClose) => (
        <AnnotationForm
          app={app}
          mark={mark}
          title={mark ? 'Edit the mark' : 'New mark'}
          action="Save"
          onClose={onClose}
        />
      )}
    />
  );
}
