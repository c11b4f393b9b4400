import { resolve } from 'node:path';
import { parseArguments } from './commands/index.js';
import { type Env, onServers, PATHS, readEnv } from './env.js';
import { type Io, processIo } from './owner/io.js';
import { runOnData, runOnServers } from './owner/own.js';
import { guarded } from './report.js';

/** The command line. Ends the process with 0 done, 1 failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo(process.env.INIT_CWD ?? process.cwd());
  const code = await run(argv, io);
  io.dispose();
  process.exit(code);
}

/** The environment with its paths made absolute, from where the caller stands. */
function readEnvironment(cwd: string): Env {
  const env = readEnv();
  const paths = PATHS.flatMap((name) => {
    const path = env[name];
    return path ? [[name, resolve(cwd, path)]] : [];
  });
  return { ...env, ...Object.fromEntries(paths) };
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  const said = { out: '', err: '' };
  const parsed = parseArguments(argv, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  if (said.out) await io.stdout(said.out);
  if (said.err) await io.stderr(said.err);
  if ('exit' in parsed) return parsed.exit;
  return guarded(io, async () => {
    const { command } = parsed;
    if (command.kind === 'alone') {
      await command.run(io);
      return 0;
    }
    const env = readEnvironment(io.cwd);
    const dataDir = resolve(io.cwd, parsed.data ?? env.RINGFENCE_DATA);
    const inbox = env.RINGFENCE_INBOX ? resolve(io.cwd, env.RINGFENCE_INBOX) : undefined;
    if (command.kind === 'serve') {
      if (command.name === 'worker') {
        const { worker } = await import('./worker.js');
        return worker({ env, dataDir, inbox }, io);
      }
      const main = await import('./main.js');
      return main[command.name]({ env, dataDir, inbox, demo: command.demo }, io);
    }
    const open = async (warn: (text: string) => void) => {
      const { openServices } = await import('./wiring.js');
      return openServices({ env, dataDir, inbox, warn, role: 'command', signal: io.signal });
    };
    return onServers(env)
      ? runOnServers(command, io, open)
      : runOnData(dataDir, argv, command, io, open);
  });
}
