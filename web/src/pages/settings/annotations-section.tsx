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
      intro={`Notes on the charts of ${app}: a release, a campaign, an outage.`}
      create="New annotation"
      empty={{
        title: 'No annotations yet',
        text: 'Annotations explain changes in your charts to everyone who sees them.',
      }}
      columns={['Day', 'Note']}
      cellsOf={({ date, at, text }) => [typeof date === 'string' && date.length === 10 ? date : day(at), text]}
      nameOf={({ text }) => text}
      removal={{
        title: () => 'Delete this annotation?',
        text: ({ text }) => `“${text}” will be removed from all charts.`,
      }}
      edit={(mark, onClose) => (
        <AnnotationForm
          app={app}
          mark={mark}
          title={mark ? 'Edit annotation' : 'New annotation'}
          action="Save"
          onClose={onClose}
        />
      )}
    />
  );
}
