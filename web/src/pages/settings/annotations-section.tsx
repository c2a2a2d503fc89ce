import { annotationsQuery } from '../../api/hooks.ts';
import type { Operations } from '../../api/wire.ts';
import { AnnotationForm } from '../../components/annotation-form.tsx';
import { dateTime, day } from '../../components/formats.ts';
import { useZone } from '../../components/use-zone.ts';
import { SavedList } from './saved-list.tsx';

/** With its instant. */
type Mark = Operations['getApiAppsAppAnnotations']['answer'][number];

/** Annotations, shown on every chart: what happened on a day. */
export function AnnotationsSection({ app }: { app: string }) {
  const timeZone = useZone(app);
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
      cellsOf={({ date, at, text }) => [
        typeof date === 'string' && date.length === 10 ? day(date, 'UTC') : dateTime(at, timeZone),
        text,
      ]}
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
