import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resource } from '../../analytics/model/resources.js';

export interface Outcome {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

export interface Where {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const BIN = resource('bin/ringfence.cjs');

/** Starts the command line as a person would, in a process of its own. */
export function start(args: readonly string[], where: Where): Running {
  const { INIT_CWD: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: where.cwd,
    env: { ...inherited, ...where.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      said[name] += text;
    });
  }
  const outcome = once(child, 'close').then(([code]) => ({ code, ...said }) as Outcome);
  return { process: child, outcome };
}

export function ringfence(args: readonly string[], where: Where): Promise<Outcome> {
  return start(args, where).outcome;
}

/** As `ringfence`, and throws where it did not succeed. */
export async function succeed(args: readonly string[], where: Where): Promise<Outcome> {
  const outcome = await ringfence(args, where);
  if (outcome.code !== 0)
    throw new Error(`ringfence ${args.join(' ')}: ${outcome.code}\n${outcome.stderr}`);
  return outcome;
}

export interface Serving extends Running {
  readonly url: string;
  /** Ends it as Ctrl-C would. */
  stop(): Promise<Outcome>;
}

/** Starts `serve` on a free port and waits until it answers. */
export function serve(args: readonly string[], where: Where): Promise<Serving> {
  return startServing(['serve', ...args], where);
}

/** Starts a process that runs until it is told to stop, and waits until it says that it is there. */
export async function startServing(args: readonly string[], where: Where): Promise<Serving> {
  const env = { PORT: '0', ...where.env };
  const running = start(args, { ...where, env });
  const url = await new Promise<string>((done, fail) => {
    let said = '';
    running.process.stdout?.on('data', (text: string) => {
      said += text;
      if (said.endsWith('\n')) done(/http:\/\/\S+/.exec(said)?.[0] ?? '');
    });
    void running.outcome.then((o) =>
      fail(new Error(`${args.join(' ')} ended: ${o.code}\n${o.stderr}`)),
    );
  });
  return {
    ...running,
    url,
    stop() {
      running.process.kill('SIGINT');
      return running.outcome;
    },
  };
}

/** A directory of its own, and its removal. */
export function temporary(name: string): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), `ringfence-${name}-`));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
