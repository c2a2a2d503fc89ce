import type { Page } from './page.ts';

const FILES =
  /\.(7z|avi|csv|dmg|docx?|epub|exe|gz|jar|json|m4a|mov|mp[34]|mpe?g|msi|od[pst]|pdf|pkg|pptx?|rar|tar|tgz|txt|wav|webm|xlsx?|xml|zip)$/i;

/** Tracks clicks on elements with `data-seismo-event`, on outbound links and on downloads, in open shadow roots too. */
export function trackClicks({ track }: Page): void {
  /** A click not yet sent: a click on a label's text waits for the click that the browser then makes on its control. */
  let marked: HTMLElement | undefined;
  let box: Element | undefined;

  function send(): void {
    const { seismoEvent, ...others } = marked?.dataset ?? {};
    marked = undefined;
    if (seismoEvent)
      track(
        seismoEvent,
        Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => /^seismo[A-Z]/.test(name))
            .map(([name, value]) => [name.charAt(6).toLowerCase() + name.slice(7), value]),
        ),
      );
  }

  function clicked(event: MouseEvent): void {
    // The third button opens nothing; the second opens a link in another tab.
    if (event.type === 'auxclick' && event.button !== 1) return;
    const path = event.composedPath().filter((one) => one instanceof Element);
    const [target] = path;
    const found = path.find((one) => (one as HTMLElement).dataset?.['seismoEvent']) as HTMLElement | undefined;
    // The control counts instead of its label.
    if (!found || box !== target) send();
    if (found) {
      marked = found;
      box = path.find((one) => one instanceof HTMLLabelElement)?.control ?? target;
      // The click made by the browser comes within this turn.
      if (box === target) send();
      else setTimeout(send);
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
        // The link leads nowhere.
      }
      return;
    }
  }

  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
}
