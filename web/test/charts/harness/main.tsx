/** A page with one chart for the tests: draws what the address names (`?case=trend`), and keeps what was picked where a test finds it. */
import '@mantine/core/styles.css';
import '../../../src/main.css';
import { MantineProvider } from '@mantine/core';
import { useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { AnswerChart } from '../../../src/charts/answer-chart.tsx';
import type { ChartHandle, Picked } from '../../../src/charts/types.ts';
import { theme, variables } from '../../../src/theme.ts';
import { CASES } from '../cases.ts';

declare global {
  interface Window {
    picked: Picked[];
    png(): string | undefined;
  }
}
window.picked = [];

const search = new URLSearchParams(location.search);
const one = CASES[search.get('case') ?? ''];

function Harness() {
  const handle = useRef<ChartHandle>(null);
  window.png = () => handle.current?.png();
  if (!one) return <p>There is no such case.</p>;
  return (
    <main style={{ padding: 16 }}>
      <h1 style={{ margin: 0, fontSize: 16 }}>{search.get('case')}</h1>
      <AnswerChart {...one} handle={handle} onPick={(picked) => window.picked.push(picked)} />
    </main>
  );
}

createRoot(document.getElementById('root')!).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={variables}
    forceColorScheme={search.has('dark') ? 'dark' : 'light'}
  >
    <Harness />
  </MantineProvider>,
);
