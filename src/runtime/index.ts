/** The API `llpc/runtime`: loads artifacts on trees, enforces them on modelled tasks, explains verdicts, replays scenarios. */
export * from './load.js';
export * from './explain.js';
export { readArtifact, type ReadResult, type UnreadBytecode } from './artifact-file.js';
export type { LoadProblem } from './loader/problems.js';
export { createEngine } from './engine/engine.js';
export { ENGINE_NAMES, type EngineName } from './engine/names.js';
export type { Engine } from './engine/types.js';
export { buildTree, type TreeEntry } from './kernel/build-tree.js';
export { snapshotDirectory } from './kernel/snapshot.js';
export { treeFromTar } from './kernel/tar.js';
export * as kernel from './kernel/task.js';
export * as syscalls from './kernel/syscalls/index.js';
export { runScenario, type Replay, type ScenarioOptions } from './scenario/run.js';
export { treeEntry } from './scenario/tree.js';
export type { Scenario, ScenarioResult, ScenarioStep, StepResult } from './scenario/types.js';
export { parseScenario, validateScenario, type ScenarioCheck } from './scenario/validate.js';
export type { Artifact, Manifest } from '../artifact/manifest.js';
export { loadProgram, type LoadOutcome, type ProgramSource } from './engine/load-program.js';
export {
  createArrayTable,
  createHashTable,
  createInodeTable,
  type EngineMap,
  type InodeTable,
  type PlainTable,
} from './engine/maps.js';
export { runRaw, type RawRun } from './engine/raw.js';
export type { RawOptions } from './engine/start.js';
export { stepHook, stepRaw, type Snapshot, type StepEnd, type Stepper } from './engine/stepper.js';
export {
  verifyProgram,
  verifyRawProgram,
  type ProgramFacts,
  type ProgramToVerify,
  type RawToVerify,
  type Verification,
  type VerifierError,
} from '../bpf/verify/verify.js';
