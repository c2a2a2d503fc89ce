import { request } from 'node:http';

const EVERY_MS = 10_000;
/** An engine that answers nothing for this long, not even `SELECT 1`, hangs. */
const HANGS_AFTER_MS = 60_000;

/**
 * Checks every ten seconds whether the engine responds: a process can be alive and answer nobody.
 * @param onHang called once
 * @returns a function that ends the checks
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
      // Any answer at all shows that it responds.
      response.once('end', () => {
        answeredMs = performance.now();
      });
    });
    asked.once('close', () => {
      asking = false;
    });
    asked.on('timeout', () => asked.destroy());
    // The process itself reports its death.
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
