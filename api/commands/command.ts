import { CommanderError, InvalidArgumentError, Option, Command as Program } from 'commander';
import { parseDay } from '../../analytics/model/time.js';
import type { Io } from '../owner/io.js';
import type { Services } from '../wiring.js';

/** A command on a data directory; it never sees the process. What fails is thrown. */
export interface Command {
  readonly name: string;
  /** Only `works` lets jobs run. */
  readonly kind: 'reads' | 'works';
  run(io: Io, services: Services): Promise<void>;
}

/** A command that needs no data directory. */
export interface AloneCommand {
  readonly name: string;
  readonly kind: 'alone';
  run(io: Io): Promise<void>;
}

/** A process that runs until it is told to stop. */
export interface ServeCommand {
  readonly name: 'serve' | 'api' | 'worker';
  readonly kind: 'serve';
  readonly demo: boolean;
}

export type Chosen = Command | AloneCommand | ServeCommand;
export type Choose = (command: Chosen) => void;

export function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('must be a whole number.');
  return value;
}

export function seed(text: string): number {
  const value = whole(text);
  if (value > 0xffffffff) throw new InvalidArgumentError('must be below 4294967296.');
  return value;
}

export function day(text: string): string {
  if (parseDay(text) === undefined)
    throw new InvalidArgumentError('must be a day of the calendar, YYYY-MM-DD.');
  return text;
}

export const formatOption = () =>
  new Option('--format <format>', 'how to print it').choices(['jsonl', 'table']).default('jsonl');

/** An empty program that writes nowhere and never ends the process. */
export function createProgram(write: { out(text: string): void; err(text: string): void }) {
  const program = new Program('ringfence');
  program
    .exitOverride()
    .configureOutput({ writeOut: write.out, writeErr: write.err })
    .option('--data <dir>', 'the data directory (default: RINGFENCE_DATA, else ./data)')
    .showHelpAfterError('(see `ringfence --help`)')
    .helpCommand(true);
  return program;
}

/** Exit code of what commander threw: help and version are no failure, the rest is wrong usage. */
export function usageExit(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? 0 : 2;
}
