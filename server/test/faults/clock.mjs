// Loaded into the server before anything else: its clock is the machine's, moved by what the file CLOCK_FILE says, in
// milliseconds, whenever USR2 comes. What counts on while a clock is set (performance.now) is left alone.
import { readFileSync } from 'node:fs';

const Real = Date;
let offset = 0;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + offset);
    else super(...given);
  }

  static now() {
    return Real.now() + offset;
  }
};
process.on('SIGUSR2', () => {
  offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
});
