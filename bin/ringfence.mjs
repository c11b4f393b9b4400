#!/usr/bin/env node
// Entry of the command line: makes a missing or stale build first, then runs it.
import { buildServer, buildWeb } from '../scripts/build.mjs';

await buildServer();
if (process.argv[2] === 'serve') await buildWeb();
const { main } = await import('../dist/api/cli.js');
await main(process.argv.slice(2));
