import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

export interface Heard {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: { readonly [name: string]: unknown };
}

/** A reader of server-sent events that is no browser: what it heard, in order. */
export class Listener {
  readonly heard: Heard[] = [];
  /** As a browser would send it when it comes back. */
  lastId: string | undefined;
  comments = 0;
  ended = false;
  readonly response: IncomingMessage;
  #open = '';
  #wake: () => void = () => {};

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const blocks = (this.#open + chunk).split('\n\n');
      this.#open = blocks.pop()!;
      for (const block of blocks) this.#hear(block);
      this.#wake();
    });
    const end = (): void => {
      this.ended = true;
      this.#wake();
    };
    response.on('close', end);
    response.on('error', end);
  }

  static async at(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
    const request = httpRequest(url, { headers, agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Listener(response);
  }

  /** Resolves when it holds; the test's own time limit is the deadline. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.ended) throw new Error(`It ended after ${JSON.stringify(this.heard.slice(-3))}.`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async untilEnded(): Promise<void> {
    while (!this.ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Names of the events heard, without those of the stream itself. */
  get names(): unknown[] {
    return this.heard.filter(({ event }) => event === 'message').map(({ data }) => data['event']);
  }

  close(): void {
    this.response.destroy();
  }

  #hear(block: string): void {
    const fields = block.split('\n').map((line) => /^([^:]*): ?(.*)$/.exec(line) ?? [line, line, '']);
    const of = (name: string): string | undefined => fields.find(([, field]) => field === name)?.[2];
    this.comments += fields.filter(([, field]) => field === '').length;
    this.lastId = of('id') ?? this.lastId;
    const data = of('data');
    if (data !== undefined) this.heard.push({ id: of('id'), event: of('event') ?? 'message', data: JSON.parse(data) });
  }
}
