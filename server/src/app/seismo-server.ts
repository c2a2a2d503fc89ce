import type { FirstAdmin } from '../auth/first-admin.ts';

/** A running server. Together with `index.ts`, `first-admin.ts` and `settings.ts`, these are all types of the package. */
export interface SeismoServer {
  /** Where it listens, such as `http://127.0.0.1:3005`. */
  readonly url: string;
  /** The admin that this start created. The password is not shown again. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** Stops listening, finishes requests, loads what is queued and closes the engine, within 10 s. */
  close(): Promise<void>;
}
