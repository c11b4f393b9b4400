import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findExecutable } from './install.mjs';

/** A server process that a test started and may end, in every way a server can end. */
export interface Service {
  /** With user and password, on 127.0.0.1. */
  readonly url: string;
  /** Process id; undefined while it is down. */
  pid(): number | undefined;
  /** Ends it with `signal` (SIGTERM) and waits until it is gone; its data stays until `dispose`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** As a power cut: the whole process group at once. */
  kill9(): Promise<void>;
  /** Stops it where it runs, starts it on the same address and data, waits until it answers. */
  restart(): Promise<void>;
  /** Stops it and removes its data. Also done when the process that started it ends. */
  dispose(): Promise<void>;
}

export interface DaemonOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
  /** Run as this user, where we are root. */
  readonly user?: string | undefined;
  /** Resolves when it answers, rejects while it does not. */
  readonly ready: () => Promise<void>;
  readonly readyMs?: number;
}

type Daemon = Pick<Service, 'pid' | 'stop' | 'kill9' | 'restart'>;

const READY_MS = 180_000;
const STOP_MS = 30_000;
const ATTEMPTS = 5;

/** Ends every server and removes every directory that is left when this process ends by itself. */
const leftovers = new Set<() => void>();
let watching = false;

export function atExit(clean: () => void): () => void {
  if (!watching)
    process.once('exit', () => {
      // The newest first: a server ends before its directory goes.
      for (const one of [...leftovers].reverse()) one();
    });
  watching = true;
  leftovers.add(clean);
  return () => leftovers.delete(clean);
}

/** A directory of a server's own, removed by `remove` and when this process ends. */
export function ownDirectory(name: string): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), `ringfence-${name}-`));
  const clean = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(clean);
  return {
    dir,
    remove() {
      forget();
      clean();
    },
  };
}

/** A port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

/**
 * The command as it is really started: as another user where wanted, and ended by the kernel should
 * this process be killed before it can end its servers itself.
 */
function guarded(options: DaemonOptions): [string, string[]] {
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  const root = process.getuid?.() === 0;
  if (!setpriv && root && options.user) throw new Error('setpriv of util-linux is not on PATH');
  if (!setpriv) return [options.command, [...options.args]];
  const as =
    root && options.user
      ? [`--reuid=${options.user}`, `--regid=${options.user}`, '--init-groups']
      : [];
  return [setpriv, [...as, '--pdeathsig=KILL', '--', options.command, ...options.args]];
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    /* gone already */
  }
}

/**
 * PostgreSQL's backends lead groups of their own, and may answer once more after their parent's
 * death. Elsewhere than on Linux only the group is killed.
 */
function childrenOf(pid: number | undefined): number[] {
  try {
    return (
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g)?.map(Number) ?? []
    );
  } catch {
    return [];
  }
}

/** Starts a server in a process group of its own and waits until it answers. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  let said = '';
  let forget = () => {};

  const signalGroup = (signal: NodeJS.Signals) => {
    if (child?.pid !== undefined) kill(-child.pid, signal);
  };

  function launch() {
    const [command, args] = guarded(options);
    const started = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child = started;
    said = '';
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (text) => {
        said = (said + text).slice(-4000);
      });
    started.stdin.on('error', () => {});
    started.stdin.end(options.input ?? '');
    forget = atExit(() => signalGroup('SIGKILL'));
    gone = new Promise((done) => {
      const end = () => {
        if (child === started) child = undefined;
        forget();
        done();
      };
      started.once('exit', end);
      started.once('error', (error) => {
        said += error.message;
        end();
      });
    });
    // The server is nobody's reason to keep a test run alive.
    started.unref();
    for (const stream of [started.stdin, started.stdout, started.stderr])
      (stream as unknown as { unref?(): void }).unref?.();
  }

  /** True when it answers, false when it ended before. */
  async function answers(): Promise<boolean> {
    const until = Date.now() + (options.readyMs ?? READY_MS);
    while (child) {
      try {
        await options.ready();
        return true;
      } catch (error) {
        if (Date.now() > until) {
          await end('SIGKILL');
          throw new Error(`${options.name} does not answer: ${(error as Error).message}\n${said}`);
        }
      }
      await sleep(50);
    }
    return false;
  }

  async function start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      launch();
      if (await answers()) return;
      // After kill -9 a server's children may hold its memory or port for a moment longer.
      if (attempt === ATTEMPTS) throw new Error(`${options.name} ended at once: ${said}`);
      await sleep(400 * attempt);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child) return;
    if (signal === 'SIGKILL') {
      const children = childrenOf(child.pid);
      signalGroup(signal);
      for (const pid of children) kill(pid, signal);
    } else child.kill(signal);
    const late = setTimeout(() => signalGroup('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(late);
  }

  await start();
  return {
    pid: () => child?.pid,
    stop: (signal = 'SIGTERM') => end(signal),
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
  };
}
