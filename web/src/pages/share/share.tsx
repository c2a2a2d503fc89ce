import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Share() {
  return (
    <Page title="Shared">
      <Empty title="To be built" />
    </Page>
  );
}
