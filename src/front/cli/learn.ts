/** `llpc learn`: makes a policy from traces, with a report of the rights that it grants beyond them. */
import fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { ALL_TRIGGERS, TRIGGERS, maskOf, unionOf, type ActionMask } from '../../abi/actions.js';
import { readAssertions, type ReadAssertions } from '../../tools/learn/assertions.js';
import { RULES, type RuleName } from '../../tools/learn/generalise.js';
import {
  assertionOf,
  guessHome,
  learn,
  type Learned,
  type LearnOptions,
  type Learnt,
} from '../../tools/learn/learn.js';
import type { Never } from '../../tools/learn/needs-tree.js';
import { scenarioOf } from '../../tools/learn/record.js';
import { faultsOf, learnReportJson, learnReportText } from '../../tools/learn/report.js';
import { fileImporter, readText, writeFiles } from './io.js';
import { readInputs, recordRun } from './learn-files.js';
import { oneOf, UsageError } from './arguments.js';
import type { LearnArguments } from './learn-options.js';
import type { Options } from './options.js';
import { fail, print } from './output.js';
import { unreadable, writeProblem } from './problems.js';

export async function learnCommand(options: Options): Promise<number> {
  const { positionals: files, learn: own, command } = options;
  checkInputs(options);
  const asserted = own.assert.map((file) => assertionsIn(file, options));
  const wrong = asserted.flatMap((a) => a.diagnostics);
  if (wrong.length > 0) return fail(wrong, [], options.format);
  const nevers = [...own.never.map(readNever), ...asserted.flatMap((a) => a.nevers)];
  const off = rulesOff(own);
  checkRoot(own);
  const read =
    command.length > 0
      ? await recordRun(options, assertionOf(nevers))
      : { ...(await readInputs(files, own, assertionOf(nevers))), told: '' };
  if (read.told !== '') process.stderr.write(`${read.told}\n`);
  if (read.diagnostics.length > 0) return fail(read.diagnostics, [], options.format);
  const { inputs } = read;
  const settings: LearnOptions = {
    off,
    siblings: own.siblings,
    home: own.home ?? guessHome(inputs),
    nevers,
    name: own.name ?? nameOf(command[0] ?? files[0] ?? ''),
    verify: own.verify,
    ignoreRefused: own.ignoreRefused,
  };
  const learned = learn(inputs, settings);
  const faults = faultsOf(learned);
  const json = own.report === 'json';
  const failed = await saveScenario(inputs, options);
  if (failed !== 0) return failed;
  const input = { inputs, learned, settings };
  const told = json ? JSON.stringify(learnReportJson(input), null, 1) + '\n' : learnReportText(input);
  if (faults.length > 0) {
    process.stderr.write(json ? '' : told);
    if (json) print(told);
    return fail(faults, [], options.format);
  }
  return deliver(learned, told, json, options);
}

function checkInputs({ positionals, command, out, saveTrace }: Options): void {
  if (positionals.length === 0 && command.length === 0)
    throw new UsageError(
      'learn from what? Name the output of strace, or a scenario, or a command after `--`',
    );
  if (positionals.length > 0 && command.length > 0)
    throw new UsageError('learn from files or from a command, not from both');
  if (command.length > 0 && out === undefined)
    throw new UsageError('where to? Write `-o POLICY`: standard output is that of the command');
  if (command.length === 0 && saveTrace !== undefined)
    throw new UsageError('`--save-trace` goes with a command after `--`');
}

function assertionsIn(file: string, { defines }: Options): ReadAssertions {
  const read = readText(file);
  if (read.kind === 'missing') return { nevers: [], diagnostics: [unreadable(file, read.why)] };
  return readAssertions(file, read.text, { defines, importer: fileImporter });
}

/** Refuses a `--root` that does not exist: no path would be found in it, and the policy would come from the trace only. */
function checkRoot({ root }: LearnArguments): void {
  if (root !== undefined && fs.statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`\`--root ${root}\`: there is no such directory`);
}

async function deliver(learned: Learned, told: string, json: boolean, options: Options): Promise<number> {
  if (options.out === undefined) {
    if (json) print(told);
    else {
      process.stderr.write(told);
      print(learned.text);
    }
    return 0;
  }
  const failed = await save(options.out, learned.text, options);
  // The standard output of a command that was recorded is its own.
  if (failed === 0 && options.command.length > 0) process.stderr.write(told);
  else if (failed === 0) print(told);
  return failed;
}

async function save(path: string, text: string, options: Options): Promise<number> {
  try {
    writeFiles(dirname(path), [[basename(path), text]]);
    return 0;
  } catch (error) {
    return fail([writeProblem(path, error)], [], options.format);
  }
}

/** Writes the trace as a scenario for `llpc run` and `llpc explain`. */
async function saveScenario(inputs: readonly Learnt[], options: Options): Promise<number> {
  const { saveScenario: path } = options.learn;
  if (path === undefined) return 0;
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.trees !== undefined)
    throw new UsageError('`--save-scenario` takes one trace');
  return save(path, JSON.stringify(scenarioOf(input.recording), null, 1) + '\n', options);
}

/** Returns the name of a file without its extensions. */
function nameOf(file: string): string {
  const name = basename(file).replace(/(\.(gz|strace|trace|json|txt|log|out))+$/, '');
  return name === '' || name === '-' ? 'learned' : name;
}

function rulesOff({ noGeneralise }: LearnArguments): ReadonlySet<RuleName> {
  const named = noGeneralise.map((rule) => oneOf('--no-generalise', rule, [...RULES, 'all'] as const));
  return new Set(named.flatMap((rule) => (rule === 'all' ? RULES : [rule])));
}

/** Reads a value of `--never`, such as `write,create:/etc`. */
function readNever(text: string): Never {
  const colon = text.indexOf(':/');
  if (colon < 1) throw new UsageError(`\`--never ${text}\`: write \`--never ACTIONS:/PATH\``);
  const names = text.slice(0, colon).split(/\s*,\s*/);
  const actions = unionOf(names.map((name) => maskFor(name.trim())));
  const path = text
    .slice(colon + 1)
    .split('/')
    .filter((part) => part !== '');
  if (path.some((part) => part === '.' || part === '..'))
    throw new UsageError(`\`--never ${text}\`: the path has \`.\` or \`..\` in it`);
  return { actions, path, text: `never ${names.join(', ')} under "/${path.join('/')}"` };
}

function maskFor(name: string): ActionMask {
  if (name === 'all') return ALL_TRIGGERS;
  return maskOf(oneOf('--never', name, TRIGGERS));
}
