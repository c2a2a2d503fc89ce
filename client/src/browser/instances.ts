import { type BrowserOptions, createPage, type Page, urlOf } from './page.ts';

const INSTANCES = Symbol.for('seismo.instances');

/**
 * One instance per page and app, whatever requests it: a tag that occurs twice, or that Turbo and the like run again on every visit,
 * joins the first. Two instances would count each view and click twice.
 * @param begin creates the first instance
 */
export function oneInstance(
  options: BrowserOptions,
  openStorage: Parameters<typeof createPage>[1],
  begin: (page: Page) => void,
): Page {
  const scope = window as { [INSTANCES]?: Record<string, Page> };
  scope[INSTANCES] ??= {};
  const instances = scope[INSTANCES];
  const url = urlOf(options);
  let page = instances[url];
  if (!page) {
    page = instances[url] = createPage(options, openStorage);
    begin(page);
  }
  return page;
}
