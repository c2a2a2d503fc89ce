import type { Page } from './page.ts';

const FILES =
  /\.(7z|avi|csv|dmg|docx?|epub|exe|gz|jar|json|m4a|mov|mp[34]|mpe?g|msi|od[pst]|pdf|pkg|pptx?|rar|tar|tgz|txt|wav|webm|xlsx?|xml|zip)$/i;

/** Clicks on elements with `data-seismo-event`, on links to elsewhere and on files; also inside open shadow roots. */
export function trackClicks({ track }: Page): void {
  /** What was counted for a click on the text of a label, until the click that the browser then makes on its box. */
  let counted: { readonly box: Element | null; readonly marked: Element } | undefined;

  function clicked(event: MouseEvent): void {
    // The third button opens nothing; the second a link in another tab.
    if (event.type === 'auxclick' && event.button !== 1) return;
    const path = event.composedPath().filter((one) => one instanceof Element);
    const marked = path.find((one) => (one as HTMLElement).dataset?.['seismoEvent']) as HTMLElement | undefined;
    if (marked && (counted?.marked !== marked || counted.box !== path[0])) {
      const { seismoEvent = '', ...others } = marked.dataset;
      track(
        seismoEvent,
        Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => /^seismo[A-Z]/.test(name))
            .map(([name, value]) => [name.charAt(6).toLowerCase() + name.slice(7), value]),
        ),
      );
      const label = path.find((one) => one instanceof HTMLLabelElement);
      if (label) {
        counted = { box: label.control, marked };
        // The browser's own click belongs to this turn.
        setTimeout(() => {
          counted = undefined;
        });
      }
    }
    follow(path);
  }

  function follow(path: readonly Element[]): void {
    for (const link of path) {
      // In SVG the attribute may have its old name.
      const href = /^(a|area)$/.test(link.localName) && (link.getAttribute('href') ?? link.getAttribute('xlink:href'));
      if (typeof href !== 'string') continue;
      try {
        const { protocol, origin, pathname, host } = new URL(href, link.baseURI);
        const url = origin + pathname;
        if (!/^http/.test(protocol)) return;
        if (link.hasAttribute('download') || FILES.test(pathname)) track('file downloaded', { url });
        else if (host !== location.host) track('outbound link clicked', { url });
      } catch {
        // It leads nowhere.
      }
      return;
    }
  }

  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
}
