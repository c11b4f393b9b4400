#!/usr/bin/env node
// Entry of the command line. CommonJS, because the threads that wait for DuckDB are counted once, when
// the first file is read, and reading an ES module is that. Node's four are as many as the counties
// that a rebuild screens at once: somebody who opens a page would wait for them.
process.env.UV_THREADPOOL_SIZE ??= '16';
import('./ringfence.mjs');
