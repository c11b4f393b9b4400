#!/usr/bin/env node
// The command line (entered by ringfence.cjs): makes a missing or stale build first, then runs it.
import { buildServer, buildWeb } from '../scripts/build.mjs';

await buildServer();
const words = process.argv.slice(2);
const shows = words.includes('serve') || words.includes('api');
if (shows && !words.includes('--help')) await buildWeb();
const { main } = await import('../dist/api/cli.js');
await main(words);
