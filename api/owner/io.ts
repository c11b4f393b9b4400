import { resolve } from 'node:path';

/** What a command may do to the outside, the same whether it runs here or in the owner. */
export interface Io {
  /** Resolves when the reader has taken it; rejects never: a closed pipe aborts `signal`. */
  stdout(text: string): Promise<void>;
  stderr(text: string): Promise<void>;
  /** Aborted with reason `cancel` (Ctrl-C) or `gone` (nobody reads any more). */
  readonly signal: AbortSignal;
  /** Whether messages go to a terminal: only then is progress shown. */
  readonly isTTY: boolean;
  /** Where the caller's relative paths start. */
  readonly cwd: string;
}

export function pathFrom(io: Pick<Io, 'cwd'>, path: string): string {
  return resolve(io.cwd, path);
}

export const CANCEL = 'cancel';
export const GONE = 'gone';

function writer(stream: NodeJS.WriteStream, gone: () => void) {
  return (text: string) =>
    new Promise<void>((done) => {
      if (stream.destroyed || !stream.writable) {
        gone();
        return done();
      }
      stream.write(text, (error) => {
        if (error) gone();
        done();
      });
    });
}

/** Io over this process's own streams. Ctrl-C once cancels, twice ends at once. */
export function processIo(cwd: string): Io & { dispose(): void } {
  const stop = new AbortController();
  const gone = () => stop.abort(GONE);
  const closed = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone();
  };
  let asked = false;
  const interrupted = () => {
    if (asked) process.exit(1);
    asked = true;
    stop.abort(CANCEL);
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  return {
    stdout: writer(process.stdout, gone),
    stderr: writer(process.stderr, () => {}),
    signal: stop.signal,
    isTTY: process.stderr.isTTY === true,
    cwd,
    dispose() {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
    },
  };
}
