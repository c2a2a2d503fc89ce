import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Settings() {
  return (
    <Page title="Settings">
      <Empty title="To be built" />
    </Page>
  );
}
