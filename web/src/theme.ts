import { createTheme, type MantineColorsTuple } from '@mantine/core';

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

export const theme = createTheme({
  primaryColor: 'seismo',
  primaryShade: { light: 7, dark: 7 },
  colors: { seismo },
  // No font travels: the reader's own, which is there at the first paint.
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
});
