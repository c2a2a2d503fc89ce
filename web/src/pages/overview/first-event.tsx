import { Page } from '../../parts/page.tsx';
export function FirstEvent({ app }: { app: string }) {
  return <Page title="Send the first event">{app}</Page>;
}
