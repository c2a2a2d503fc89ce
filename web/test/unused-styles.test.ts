import { expect, it } from 'vitest';
import { withoutUnused } from '../scripts/unused-styles.mjs';

const used = new Set(['m_aaaaaaaa', 'm_bbbbbbbb']);

it('leaves out what only unused components would match, and blocks that it leaves empty', () => {
  const css = [
    '.m_aaaaaaaa{color:red}',
    '.m_cccccccc{color:red}',
    '.m_aaaaaaaa .m_cccccccc{color:red}',
    '.m_bbbbbbbb:hover,.m_cccccccc:hover{color:red}',
    '@media (width>1px){@supports (color:red){.m_cccccccc{color:red}}}',
    '@media (width>2px){.m_aaaaaaaa{color:red}}',
    'body{color:red}',
  ].join('');
  expect(withoutUnused(css, used)).toBe(
    '.m_aaaaaaaa{color:red}.m_bbbbbbbb:hover{color:red}@media (width>2px){.m_aaaaaaaa{color:red}}body{color:red}',
  );
});

it('keeps what excludes an unused component or names it as one of a choice', () => {
  const css = '.m_aaaaaaaa:not(.m_cccccccc){color:red}.m_aaaaaaaa:where(.m_cccccccc,[data-x]){color:red}';
  expect(withoutUnused(css, used)).toBe(css);
});
