import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Users() {
  return (
    <Page title="Users">
      <Empty title="To be built" />
    </Page>
  );
}
