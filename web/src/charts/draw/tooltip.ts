import classes from '../charts.module.css';
import type { TooltipContent } from './chart-spec.ts';

/** Built from elements and text nodes: no event name can become markup. */
export function tooltipElement({ title, rows, note }: TooltipContent): HTMLElement {
  const box = element('div', classes['tooltip']);
  box.append(element('div', classes['tooltipTitle'], title));
  for (const { label, value, colour, dimmed } of rows) {
    const row = element('div', classes['tooltipRow']);
    const dot = element('span', classes['tooltipDot']);
    if (colour === undefined) dot.style.visibility = 'hidden';
    else dot.style.background = colour;
    row.append(dot, element('span', classes['tooltipLabel'], label), element('span', classes['tooltipValue'], value));
    box.append(row);
    if (dimmed !== undefined) box.append(element('div', classes['tooltipDimmed'], dimmed));
  }
  if (note !== undefined) box.append(element('div', classes['tooltipNote'], note));
  return box;
}

function element(tag: string, className: string | undefined, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
