import type { WorkQueue } from '../analytics/jobs/engine.js';
import type { JobService } from '../analytics/jobs/types.js';
import type { Landing } from '../analytics/landing/landing.js';
import type { GraphStore } from '../analytics/store/port.js';
import { type Env, onServers } from './env.js';
import type { Monitor, MonitorOptions } from './health/monitor.js';
import type { StepEnd } from './health/observed.js';
import type { SelfTestRecords } from './records/selfTests.js';

/** The parts of the program, picked once from the environment; routes and commands get them. */
export interface Services {
  readonly env: Env;
  /** Absolute. */
  readonly dataDir: string;
  /** True for the sample district: real data is refused. */
  readonly demo: boolean;
  readonly landing: Landing;
  readonly graph: GraphStore;
  readonly jobs: JobService;
  /** What the self-tests of runs found. */
  readonly selfTests: SelfTestRecords;
  /** Absolute path of RINGFENCE_INBOX, where set. */
  readonly inbox: string | undefined;
  /** How the parts are. */
  readonly monitor: Monitor;
  /** To be looked at, not to be added to. */
  queues(): Promise<readonly WorkQueue[]>;
}

/** What only the owner of the process may do with them. */
export interface OwnedServices extends Services {
  /** Lets jobs run in this process; again does nothing. On servers a command leaves them to workers. */
  work(): Promise<void>;
  /** Lets the week run by itself. */
  schedule(): Promise<void>;
  /** Puts running jobs back into the queue and tells everybody who waits for one. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly env: Env;
  readonly dataDir: string;
  readonly inbox: string | undefined;
  /** What the process is: on servers the roles differ in what they work on and wait for. */
  readonly role: 'command' | 'serve' | 'api' | 'worker';
  readonly demo?: boolean;
  /** Gets words for people about what could not be made good, and what is waited for. */
  readonly warn: (text: string) => void;
  /** Gives up waiting for servers. */
  readonly signal?: AbortSignal;
  /** Told of every step of a job that this process did. */
  readonly ended?: (end: StepEnd) => void;
  /** Told of every part that went or came back. */
  readonly changed?: NonNullable<MonitorOptions['changed']>;
}

/** Opens the program: on its servers where the environment names them, else on a directory of its own. */
export async function openServices(options: OpenOptions): Promise<OwnedServices> {
  if (onServers(options.env)) {
    const { openOnServers } = await import('./wiring/servers.js');
    return openOnServers(options);
  }
  const { openEmbedded } = await import('./wiring/embedded.js');
  return openEmbedded(options);
}
