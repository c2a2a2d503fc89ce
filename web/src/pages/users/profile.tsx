import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Profile() {
  return (
    <Page title="User">
      <Empty title="To be built" />
    </Page>
  );
}
