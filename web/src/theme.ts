import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Teal, as the icon; shade 8 on white and 4 on the dark body both keep a contrast of 4.5 to 1 for text. */
const seismo: MantineColorsTuple = [
  '#effcf9',
  '#d3f5ee',
  '#a6eadd',
  '#6fd8c8',
  '#3fc0af',
  '#22a596',
  '#14897e',
  '#0f766e',
  '#0d5f59',
  '#0a4a46',
];

/** The list itself scrolls, as listboxes may; keyboards cannot reach Mantine's own scroll area around it (WCAG 2.1.1). */
const LIST = {
  defaultProps: { withScrollArea: false },
  styles: { options: { maxHeight: 220, overflowY: 'auto' } },
} as const;

export const theme = createTheme({
  primaryColor: 'seismo',
  primaryShade: { light: 7, dark: 7 },
  colors: { seismo },
  // No web font: the reader's own fonts are there at the first paint.
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    // Its hidden first element is not allowed in a menu (WCAG 1.3.1); the first item gets the focus instead, as in system menus.
    Select: LIST,
    MultiSelect: LIST,
    Autocomplete: LIST,
    TagsInput: LIST,
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});

/** Mantine's own greys and red are too pale for small text: at least 4.5 to 1 (WCAG 1.4.3), on the body and on what is laid over it. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#666e75',
    '--mantine-color-error': '#c92a2a',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb4',
    '--mantine-color-placeholder': '#a0a7ae',
    '--mantine-color-error': '#ff8787',
  },
});
