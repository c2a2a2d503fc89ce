import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { forget, isSignedOut } from './api/hooks.ts';
import { ProblemError } from './api/http.ts';
import { prefetch } from './prefetch.ts';
import { createAppRouter } from './router.tsx';
import { theme, variables } from './theme.ts';

const RETRIES = 2;

/** When the session has ended, the user signs in again and comes back to the same page. */
function onError(error: unknown): void {
  if (!isSignedOut(error)) return;
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in' || pathname.startsWith('/share/')) return;
  forget(client);
  void router.navigate({ to: '/sign-in', search: { to: href, ended: true } });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // An error with `retry: false` is final; the others may be temporary.
      retry: (failures, error) => failures < RETRIES && !(error instanceof ProblemError && !error.problem.retry),
      refetchOnWindowFocus: false,
    },
  },
});
const router = createAppRouter(client);
prefetch(client, router.state.location.pathname, router.state.location.search);

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** The same name as in public/assets/scheme.js, which reads it before the first paint. */
const colours = localStorageColorSchemeManager({ key: 'seismo-colours' });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colours}
      cssVariablesResolver={variables}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
