// The colours chosen, set before the first paint; the policy of the page allows no script in it. Kept as Mantine keeps them.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('seismo-colours') || 'auto';
  } catch {
    // Storage is denied: the colours of the system.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  // Until the page is there, its frame is (index.html): pages of an app have one.
  const path = location.pathname.slice(new URL(document.baseURI).pathname.length);
  if (path === '' || /^apps\/./.test(path)) document.documentElement.setAttribute('data-framed', '');
})();
