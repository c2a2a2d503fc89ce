import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Explore() {
  return (
    <Page title="Explore">
      <Empty title="To be built" />
    </Page>
  );
}
