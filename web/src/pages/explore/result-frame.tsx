import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';

export const HEIGHT_PX = 420;
/** Of the buttons above a chart and the range below it. */
const AROUND_PX = 90;

/** Where the answer stands, as high before it comes as after. */
export const ResultFrame = ({ children }: { children: ReactNode }) => (
  <Paper withBorder p="md" component="section" aria-label="Answer" mih={HEIGHT_PX + AROUND_PX}>
    {children}
  </Paper>
);
