import { buildServer } from '../scripts/build.mjs';

/** Worker threads and spawned commands run the transpiled files, so they are made first. */
export default async function setup(): Promise<void> {
  await buildServer();
}
