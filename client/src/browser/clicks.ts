import type { Page } from './page.ts';

const FILES =
  /\.(7z|avi|csv|dmg|docx?|epub|exe|gz|jar|json|m4a|mov|mp[34]|mpe?g|msi|od[pst]|pdf|pkg|pptx?|rar|tar|tgz|txt|wav|webm|xlsx?|xml|zip)$/i;

/** Clicks on elements with `data-seismo-event`, on links to elsewhere and on files. */
export function trackClicks({ track }: Page): void {
  function clicked({ target, type, button }: MouseEvent): void {
    // The third button opens nothing; the second a link in another tab.
    if (!(target instanceof Element) || (type === 'auxclick' && button !== 1)) return;
    const { seismoEvent, ...others } = target.closest<HTMLElement>('[data-seismo-event]')?.dataset ?? {};
    if (seismoEvent)
      track(
        seismoEvent,
        Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => /^seismo[A-Z]/.test(name))
            .map(([name, value]) => [name.charAt(6).toLowerCase() + name.slice(7), value]),
        ),
      );
    const link = target.closest<HTMLAnchorElement>('a[href]');
    if (!link || !/^http/.test(link.protocol)) return;
    const { origin, pathname, host } = link;
    const url = origin + pathname;
    if (link.hasAttribute('download') || FILES.test(pathname)) track('file downloaded', { url });
    else if (host !== location.host) track('outbound link clicked', { url });
  }
  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
}
