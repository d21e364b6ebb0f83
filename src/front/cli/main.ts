#!/usr/bin/env node
/** The process `llpc`: its arguments, its standard streams and its exit code. */
import { runCommandLine } from './command-line.js';
import { reasonOf } from './io.js';

/** Exit codes. */
const OK = 0;
const FAILED = 1;

/**
 * If the reader closes the pipe, as `head` does, the command continues silently: its exit code is about the policy, and a check
 * must fail even if nobody reads its output. Output that is lost for another reason, such as a full disk, is a failure.
 */
process.stderr.on('error', () => undefined);
let lost = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || lost) return;
  lost = true;
  process.on('exit', (code) => {
    if (code === OK) process.exitCode = FAILED;
  });
  process.stderr.write(`llpc: cannot write to standard output: ${reasonOf(error)}\n`);
});

process.exitCode = await runCommandLine(process.argv.slice(2));
