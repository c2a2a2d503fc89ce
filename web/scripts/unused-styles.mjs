// After `vite build`: leaves the styles of components that no page uses out of what every page loads. Mantine ships those of all
// in one file, more than half of which nobody would need; the scripts carry the class names of the components that are left in them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postcss from 'postcss';

const OUT = fileURLToPath(new URL('../../server/dist/web', import.meta.url));
/** How Mantine names the classes of its components. */
const CLASS = /\bm_[0-9a-f]{6,8}\b/g;
/** What a selector excludes, or gives a choice of: not looked at, so that a doubt keeps the rule. */
const NOT_ASKED_FOR = /:(?:not|is|where)\([^()]*(?:\([^()]*\)[^()]*)*\)/g;

/** @returns {string} the styles without the rules that can match nothing */
export function withoutUnused(css, used) {
  const styles = postcss.parse(css);
  styles.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) =>
      (selector.replace(NOT_ASKED_FOR, '').match(CLASS) ?? []).every((name) => used.has(name)),
    );
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  // Innermost first, so that what becomes empty by it goes too.
  const blocks = [];
  styles.walkAtRules((rule) => void blocks.unshift(rule));
  for (const rule of blocks) if (rule.nodes?.length === 0) rule.remove();
  return styles.toString();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const assets = join(OUT, 'assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const used = new Set(scripts.flatMap((name) => readFileSync(join(assets, name), 'utf8').match(CLASS) ?? []));
  const page = readFileSync(join(OUT, 'index.html'), 'utf8');
  const name = /assets\/([^"/]+)\.css"/.exec(page)?.[1];
  if (name === undefined) throw new Error('The page loads no styles: was it built?');
  const css = readFileSync(join(assets, `${name}.css`), 'utf8');
  const less = withoutUnused(css, used);
  // Browsers keep a file for ever by its name, so the name follows what is in it.
  const renamed = `index-${createHash('sha256').update(less).digest('base64url').slice(0, 8)}`;
  rmSync(join(assets, `${name}.css`));
  writeFileSync(join(assets, `${renamed}.css`), less);
  for (const path of ['index.html', '.vite/manifest.json'].map((file) => join(OUT, file)))
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`${name}.css`, `${renamed}.css`));
  // Parts that come later name the page's styles among what they need, and would ask for a file that is gone. They name the page's
  // script too, which brought the styles: put twice, the name of a part still follows what is in it.
  const entry = /assets\/([^"/]+\.js)"/.exec(page.slice(page.indexOf('type="module"')))?.[1];
  if (entry === undefined) throw new Error('The page loads no script: was it built?');
  for (const path of scripts.map((script) => join(assets, script))) {
    const text = readFileSync(path, 'utf8');
    if (text.includes(`${name}.css`)) writeFileSync(path, text.replaceAll(`"./${name}.css"`, `"./${entry}"`));
  }
  const asking = scripts.filter((script) => readFileSync(join(assets, script), 'utf8').includes(`${name}.css`));
  if (asking.length > 0) throw new Error(`BUG: ${asking.join(', ')} asks for the styles by name.`);
  console.log(`Styles: ${css.length} bytes, ${less.length} without those of components that no page uses`);
}
