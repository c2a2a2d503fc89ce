import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Dashboard() {
  return (
    <Page title="Dashboard">
      <Empty title="To be built" />
    </Page>
  );
}
