import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Dashboards() {
  return (
    <Page title="Dashboards">
      <Empty title="To be built" />
    </Page>
  );
}
