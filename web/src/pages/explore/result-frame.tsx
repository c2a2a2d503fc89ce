import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';

export const HEIGHT_PX = 420;
/** The height of the buttons above a chart and of the range below it. */
const AROUND_PX = 90;

/** The container of the answer, of the same height before and after it arrives. */
export const ResultFrame = ({ children }: { children: ReactNode }) => (
  <Paper withBorder p="md" component="section" aria-label="Answer" mih={HEIGHT_PX + AROUND_PX}>
    {children}
  </Paper>
);
