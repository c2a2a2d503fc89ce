import type { ReactNode } from 'react';
import type { Chart, Question } from '../api/wire.ts';
import { AnchorLink } from './links.tsx';
import { present } from './search.ts';

interface ReportLinkProps {
  readonly app: string;
  readonly question: Question;
  readonly chart?: Chart | undefined;
  /** The id of the saved report that it is. */
  readonly report?: string | undefined;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

/** Opens a report where it can be changed: in Explore, or on the page of its kind. */
export function ReportLink({ app, question, chart, report, children, className }: ReportLinkProps) {
  return (
    <AnchorLink
      to="/apps/$app/explore"
      params={{ app }}
      search={present({ q: question, chart, report })}
      preload={false}
      inherit
      {...(className !== undefined && { className })}
    >
      {children}
    </AnchorLink>
  );
}
