import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';

export function Sql() {
  return (
    <Page title="SQL">
      <Empty title="To be built" />
    </Page>
  );
}
