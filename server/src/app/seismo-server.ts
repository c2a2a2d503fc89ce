import type { FirstAdmin } from '../auth/first-admin.ts';

/** A running server. With `index.ts`, `first-admin.ts` and `settings.ts` all that the package has of types. */
export interface SeismoServer {
  /** Where it listens, like `http://127.0.0.1:3005`. */
  readonly url: string;
  /** The admin that this start made; the password is shown nowhere else. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** Stops listening, finishes requests, loads what waits, closes the engine: within 10 s. */
  close(): Promise<void>;
}
