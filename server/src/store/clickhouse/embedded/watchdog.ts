import { request } from 'node:http';

const EVERY_MS = 10_000;
/** An engine that answers nothing for so long, not even `SELECT 1`, hangs. */
const HANGS_AFTER_MS = 60_000;

/**
 * Asks the engine every ten seconds whether it lives: a process can be there and answer nobody.
 * @param onHang called once
 * @returns what ends the asking
 */
export function startWatchdog(
  socketPath: string,
  onHang: () => void,
  { everyMs, hangsAfterMs } = { everyMs: EVERY_MS, hangsAfterMs: HANGS_AFTER_MS },
): () => void {
  let answeredMs = performance.now();
  let asking = false;
  const ask = (): void => {
    if (asking) return;
    asking = true;
    const asked = request({ socketPath, path: '/alive', method: 'POST', timeout: hangsAfterMs }, (response) => {
      response.resume();
      // Whatever it says, it speaks.
      response.once('end', () => {
        answeredMs = performance.now();
      });
    });
    asked.once('close', () => {
      asking = false;
    });
    asked.on('timeout', () => asked.destroy());
    // Its death is told by the process itself.
    asked.on('error', () => {});
    asked.end();
  };
  const timer = setInterval(() => {
    if (performance.now() - answeredMs < hangsAfterMs) {
      ask();
      return;
    }
    clearInterval(timer);
    onHang();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
