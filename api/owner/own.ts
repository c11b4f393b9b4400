import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError } from '../../analytics/model/errors.js';
import type { Command } from '../commands/command.js';
import { parseArguments } from '../commands/index.js';
import { guarded } from '../report.js';
import type { OwnedServices } from '../wiring.js';
import { askOwner, listenForCommands, type Request, socketPath } from './control.js';
import { CANCEL, type Io } from './io.js';
import { acquire, type Holder, type Lock } from './lock.js';

/** An owner that leaves answers again within this time, or its successor does. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 50;

/** `warn` gets words for people about what could not be made good. */
export type Open = (warn: (text: string) => void) => Promise<OwnedServices>;

/** A process that owns its data directory, with the services open and commands being taken. */
export interface Ownership {
  readonly services: OwnedServices;
  /** Waits for commands under way, closes everything and gives the directory up. */
  leave(): Promise<void>;
}

async function execute(command: Command, io: Io, services: OwnedServices): Promise<number> {
  return guarded(io, async () => {
    if (command.kind === 'works') await services.work();
    await command.run(io, services);
    // A list that Ctrl-C cut short is not done, although nothing failed; a job says so itself.
    const cut = command.kind === 'reads' && io.signal.reason === CANCEL;
    return cut ? 1 : 0;
  });
}

/** Runs what another process asks for; its words were checked there, and are again here. */
async function executeRequest(request: Request, io: Io, open: Promise<OwnedServices>) {
  const said: string[] = [];
  const parsed = parseArguments(request.argv, { out: () => {}, err: (t) => said.push(t) });
  if ('exit' in parsed) {
    await io.stderr(said.join(''));
    return parsed.exit;
  }
  const { command } = parsed;
  return guarded(io, async () => {
    if (command.kind !== 'reads' && command.kind !== 'works')
      throw new RingfenceError('invalid', `${command.name} is not for the owner to run`);
    return execute(command, io, await open);
  });
}

/** Opens everything under the lock; commands that arrive meanwhile wait. */
export async function takeOwnership(lock: Lock, io: Io, open: Open): Promise<Ownership> {
  let ready: (services: OwnedServices) => void = () => {};
  let broken: (error: unknown) => void = () => {};
  const opening = new Promise<OwnedServices>((resolve, reject) => {
    ready = resolve;
    broken = reject;
  });
  opening.catch(() => {});
  const control = await listenForCommands(lock.holder.socket, (request, io) =>
    executeRequest(request, io, opening),
  ).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  try {
    const services = await open((text) => void io.stderr(`${text}\n`));
    ready(services);
    return {
      services,
      async leave() {
        await control.drain();
        try {
          await services.close();
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    broken(error);
    await control.drain();
    lock.release();
    throw error;
  }
}

/**
 * Runs a command on a data directory: as its owner when it has none, else through its owner. Both
 * ways run the same function on the same services, so they print the same.
 */
export async function runOnData(
  dataDir: string,
  argv: readonly string[],
  command: Command,
  io: Io,
  open: Open,
): Promise<number> {
  const socket = socketPath(dataDir);
  let silent: { token: string; since: number } | undefined;
  for (;;) {
    const lock = acquire(dataDir, { socket, command: `ringfence ${command.name}` });
    if (!('heldBy' in lock)) {
      return guarded(io, async () => {
        const ownership = await takeOwnership(lock, io, open);
        try {
          return await execute(command, io, ownership.services);
        } finally {
          await ownership.leave();
        }
      });
    }
    const { heldBy } = lock;
    const code = await askOwner(
      heldBy.socket,
      { argv: [...argv], cwd: io.cwd, isTTY: io.isTTY },
      io,
    );
    if (code !== 'retry') return code;
    if (io.signal.aborted) return 1;
    if (silent?.token !== heldBy.token) silent = { token: heldBy.token, since: Date.now() };
    if (Date.now() - silent.since > PATIENCE_MS) {
      await io.stderr(`error: ${dataDir} is held by ${nameOf(heldBy)}, which does not answer\n`);
      return 1;
    }
    await sleep(AGAIN_MS);
  }
}

/** Runs a command on servers, which have no owner: beside whatever else runs there. */
export async function runOnServers(command: Command, io: Io, open: Open): Promise<number> {
  return guarded(io, async () => {
    const services = await open((text) => void io.stderr(`${text}\n`));
    try {
      return await execute(command, io, services);
    } finally {
      await services.close();
    }
  });
}

export function nameOf(holder: Holder): string {
  return `${holder.command} (process ${holder.pid})`;
}
