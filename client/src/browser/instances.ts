import { type BrowserOptions, createPage, type Page, urlOf } from './page.ts';

const INSTANCES = Symbol.for('seismo.instances');

/**
 * One instance a page and app, whoever asks for it: a tag that stands twice, or that Turbo and its like run again with every visit,
 * joins the first. Two would count each view and click twice.
 * @param begin what the first one does
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
