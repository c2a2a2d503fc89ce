// Compiled, never run: the types of the browser client, as a bundler sees them.
import { createBrowserClient, type Page } from 'seismo-client/browser';

const page: Page = createBrowserClient({
  server: 'https://seismo.example.com',
  app: 'shop',
  key: 'sk_x',
  respect: ['gpc'],
  auto: ['pages', 'vitals'],
});
page.track('order paid', { amount: 42 });
page.identify('ann', { plan: 'pro' });
page.consent(true);
await page.flush();

// @ts-expect-error there is no such feature
createBrowserClient({ server: '', app: 'a', key: 'b', auto: ['mind reading'] });
