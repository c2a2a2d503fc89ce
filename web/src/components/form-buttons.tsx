import { Button, Group } from '@mantine/core';

export interface FormButtonsProps {
  /** The label of the submit button: `Save`. */
  readonly action: string;
  readonly isBusy?: boolean;
  /** There is nothing to send yet. */
  readonly isOff?: boolean;
  onCancel(): void;
}

/** The buttons at the end of a form in a dialog. */
export function FormButtons({ action, isBusy = false, isOff = false, onCancel }: FormButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" loading={isBusy} disabled={isOff}>
        {action}
      </Button>
    </Group>
  );
}
