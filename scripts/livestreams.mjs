#!/usr/bin/env node
/** The `livestreams` command: core/main.ts under Node 24, whatever Node runs this. */
import { findNode24 } from './packages.mjs';
import { runServer } from './server.mjs';

runServer(findNode24(), process.argv.slice(2));
