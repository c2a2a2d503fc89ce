import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Live() {
  return (
    <Page title="Live">
      <Empty title="To be built" />
    </Page>
  );
}
