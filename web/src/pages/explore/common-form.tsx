import { Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { segmentsQuery } from '../../api/hooks.ts';
import { FilterEditor } from '../../components/filter-editor.tsx';
import type { FormProps } from './fields.tsx';
import { type BuiltQuestion, change } from './question.ts';
import { Section } from './section.tsx';

const EVERYBODY = '\u0000all';
const OWN = '\u0000own';

/** The parts of every kind of question: filters, users, precision. */
export function CommonForm({ app, question, onChange }: FormProps<BuiltQuestion>) {
  const { data: segments = [] } = useQuery(segmentsQuery(app));
  const { segment, filters = [] } = question;
  const saved = segment !== undefined && 'saved' in segment ? segment.saved : undefined;
  return (
    <Section title="Filters">
      <FilterEditor
        app={app}
        of="entire query"
        value={filters}
        onChange={(next) => onChange(change(question, { filters: next.length > 0 ? next : undefined }))}
      />
      {(segments.length > 0 || segment !== undefined) && (
        <Select
          size="xs"
          label="Users"
          allowDeselect={false}
          data={[
            { value: EVERYBODY, label: 'All users' },
            ...segments.map(({ id, name }) => ({ value: id, label: name })),
            ...(segment !== undefined && saved === undefined ? [{ value: OWN, label: 'Custom segment' }] : []),
          ]}
          value={segment === undefined ? EVERYBODY : (saved ?? OWN)}
          onChange={(id) => {
            if (id === OWN || id === null) return;
            onChange(change(question, { segment: id === EVERYBODY ? undefined : { saved: id } }));
          }}
        />
      )}
      <Switch
        size="xs"
        label="Exact counts (slower)"
        checked={question.exact ?? false}
        onChange={(event) => onChange(change(question, { exact: event.currentTarget.checked || undefined }))}
      />
    </Section>
  );
}
