import { Button, Group } from '@mantine/core';

export interface FormButtonsProps {
  /** What sending does: `Save`. */
  readonly action: string;
  readonly isBusy?: boolean;
  /** There is nothing to be sent yet. */
  readonly isOff?: boolean;
  onCancel(): void;
}

/** The end of a form in a dialog. */
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
