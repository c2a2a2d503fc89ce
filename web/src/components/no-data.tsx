import { ButtonLink } from './links.tsx';
import { Empty } from './states.tsx';

/** Of an app without any event: no range and no filter would help. */
export const NoData = ({ app }: { app: string }) => (
  <Empty
    title="No data yet"
    action={
      <ButtonLink to="/apps/$app/overview" params={{ app }}>
        Send your first event
      </ButtonLink>
    }
  >
    {app} has no events.
  </Empty>
);
