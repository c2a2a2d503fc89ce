import cliProgress from 'cli-progress';

export interface Progress {
  /** @param share 0 to 1, or a count if the end is unknown */
  update(share: number, text: string): void;
  stop(): void;
}

/** A bar on standard error, if that is a terminal and output is not silenced. */
export function progressBar(silent: boolean, verb: string, hasEnd = false): Progress {
  if (silent || process.stderr.isTTY !== true) return { update: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: hasEnd ? `{bar} {percentage} % · {text} ${verb} · {eta_formatted} left` : `{text} ${verb}`,
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 50,
  });
  bar.start(hasEnd ? 1_000 : 0, 0, { text: '' });
  return {
    update: (share, text) => bar.update(hasEnd ? Math.round(share * 1_000) : share, { text }),
    stop: () => bar.stop(),
  };
}
