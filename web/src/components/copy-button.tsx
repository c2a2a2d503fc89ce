import { Button, type ButtonProps } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

export interface CopyButtonProps extends Omit<ButtonProps, 'onClick' | 'children'> {
  readonly text: string;
  /** The name of the button: `Copy key`. */
  readonly label: string;
  /** Its visible text, where `label` is too long. */
  readonly short?: string;
}

const SHOWN_MS = 1_500;

/** Copies a string and confirms it for a moment. */
export function CopyButton({ text, label, short = label, ...rest }: CopyButtonProps) {
  const [state, setState] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (state === undefined) return;
    const timer = setTimeout(() => setState(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const Icon = state === 'copied' ? IconCheck : IconCopy;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Icon size={14} aria-hidden />}
      aria-label={state === undefined ? label : undefined}
      aria-live="polite"
      {...rest}
      onClick={async () => setState((await copy(text)) ? 'copied' : 'failed')}
    >
      {state === 'copied' ? 'Copied' : state === 'failed' ? 'Copy failed. Select it instead.' : short}
    </Button>
  );
}

/** @returns whether it is on the clipboard; the browser may deny access */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard API: this is the old way.
    const field = document.createElement('textarea');
    field.value = text;
    field.style.position = 'fixed';
    (document.activeElement ?? document.body).after(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
