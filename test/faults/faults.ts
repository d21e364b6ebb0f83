/**
 * Seeded faults: one wrong line each, and what has to catch it.
 *
 * `find` stands once in the file. A fault of anything up to and including the manifest has to be caught by the build of one of
 * the policies in `corpus.ts`; a fault of what lies before the checked policy, beneath the proof, or behind the manifest by the
 * named test.
 */

export interface Fault {
  readonly name: string;
  readonly part: Part;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** `build`, or the test file that has to fail. */
  readonly caughtBy: 'build' | `test/${string}`;
}

export type Part =
  | 'semantics'
  | 'hierarchy'
  | 'partition'
  | 'plan'
  | 'selection'
  | 'optimisation'
  | 'encoding'
  | 'manifest'
  | 'language'
  | 'globs'
  | 'loader'
  | 'linux model'
  | 'linux plan'
  | 'linux gaps'
  | 'linux proof'
  | 'linux launcher';

type Row = readonly [name: string, find: string, replace: string];

function built(part: Part, file: string, rows: readonly Row[]): Fault[] {
  return rows.map(([name, find, replace]) => ({ name, part, file, find, replace, caughtBy: 'build' }));
}

function tested(part: Part, file: string, caughtBy: `test/${string}`, rows: readonly Row[]): Fault[] {
  return rows.map(([name, find, replace]) => ({ name, part, file, find, replace, caughtBy }));
}

const PARTITION = 'src/codegen/v8/partition.ts';
const PLAN = 'src/codegen/v8/plan.ts';
const SELECT = 'src/codegen/v8/select.ts';
const OPTIMISE = 'src/codegen/v8/optimise.ts';
const MANIFEST = 'src/codegen/v8/manifest.ts';
const SCOPE = 'src/semantics/scope.ts';
const PLACE = 'src/runtime/linux/place.ts';
const GAPS = 'src/codegen/linux/gaps';
const LAUNCHER = 'src/codegen/linux/launcher';
const GROUND = 'src/runtime/loader/ground.ts';

export const FAULTS: readonly Fault[] = [
  ...built('semantics', SCOPE, [
    [
      '`forbid` of a region is not carried down',
      'forbidden = union(forbidden, region.forbid);',
      'forbidden = union(forbidden, forbidden);',
    ],
    [
      '`forbid` in `here` is ignored',
      'union(region.forbid, self.forbid)',
      'union(region.forbid, region.forbid)',
    ],
    ['`here` is ignored', 'acted(acted(selfAllowed, region), self)', 'acted(selfAllowed, region)'],
    ['what is forbidden stays allowed beneath', 'below: difference(allowed, forbidden)', 'below: allowed'],
    [
      'a `deny` is ignored',
      'return difference(union(allowed, allow), deny);',
      'return union(allowed, allow);',
    ],
  ]),
  ...built('semantics', 'src/semantics/pattern.ts', [
    [
      'scopes act from specific to general',
      "if ('glob' in x !== 'glob' in y) return 'glob' in x ? -1 : 1;\n    const [p, q]",
      "if ('glob' in x !== 'glob' in y) return 'glob' in x ? 1 : -1;\n    const [p, q]",
    ],
  ]),
  ...built('semantics', 'src/semantics/cookie.ts', [
    [
      'the two halves of a state are swapped',
      'return { lo: lo >>> 0, hi: hi >>> 0 };',
      'return { lo: hi >>> 0, hi: lo >>> 0 };',
    ],
    [
      'a region is written as exact',
      '(~state.below & all) | inexact | spare',
      '(~state.below & all) | spare',
    ],
    ['masks are written as allowed bits', '(~state.self & all)', '(state.self & all)'],
    ['the place overlaps the flag', 'placeShift: classes + 1', 'placeShift: classes'],
  ]),
  ...built('semantics', 'src/semantics/machine.ts', [
    ['`.` leads into the region', 'if (input.lookup === LOOKUP.DOT) return state;', ''],
    [
      '`..` out of an object of the map keeps its region',
      'if (input.lookup === LOOKUP.DOTDOT && state.exact) return UNKNOWN;',
      '',
    ],
    [
      'a region takes the rights of the object',
      'self: state.below, below: state.below',
      'self: state.self, below: state.below',
    ],
  ]),
  ...built('hierarchy', 'src/ir/hierarchy/build-hierarchy.ts', [
    [
      'states that differ on files are one',
      '`${dir},${below},${file},${other}`',
      '`${dir},${below},${other}`',
    ],
    [
      'edges of globs are lost',
      'const classes = all.filter((c) => c.to !== other);',
      'const classes = all.filter((c) => c.to === -1);',
    ],
    [
      'a place that is reached twice forgets what is forbidden',
      '${allowed};${forbidden};${dir};${file}`;',
      '${dir}`;',
    ],
  ]),
  ...built('hierarchy', 'src/ir/hierarchy/places.ts', [
    ['everything is allowed at first', "layer.default === 'allow' ? ALL_ACTIONS : WALK", 'ALL_ACTIONS'],
    [
      '`walk` is denied at first',
      "layer.default === 'allow' ? ALL_ACTIONS : WALK",
      "layer.default === 'allow' ? ALL_ACTIONS : NO_ACTIONS",
    ],
    [
      'a `file` scope is not asked',
      'file: applyScopes(before, files).self',
      'file: applyScopes(before, []).self',
    ],
  ]),
  ...built('partition', PARTITION, [
    [
      '`forbid` splits no class',
      '[region.allow, region.deny, region.forbid, self.allow, self.deny, self.forbid]',
      '[region.allow, region.deny, self.allow, self.deny]',
    ],
    [
      '`here` splits no class',
      '[region.allow, region.deny, region.forbid, self.allow, self.deny, self.forbid]',
      '[region.allow, region.deny, region.forbid]',
    ],
    [
      'a class needs no state where only `here` allows it',
      'allow = union(allow, union(region.allow, self.allow));',
      'allow = union(allow, region.allow);',
    ],
    ['a class needs no state where only `forbid` denies it', 'return union(deny, forbid);', 'return deny;'],
    [
      'the default is not asked',
      'const startsDenied = (actions & initial & ~totals.rootRestrict) === 0;',
      'const startsDenied = true;',
    ],
    [
      'what is allowed at first is allowed for good',
      'if (startsAllowed && (actions & totals.restrict) === 0)',
      'if (startsAllowed)',
    ],
    ['every region denies', "=== 0 ? 'deny' : 'varies'", "=== 0 ? 'deny' : 'deny'"],
    [
      'a region that the default allows denies',
      '(actions & (initial | totals.regionAllow)) === 0',
      '(actions & totals.regionAllow) === 0',
    ],
  ]),
  ...built('plan', PLAN, [
    ['no `fs_get`', 'stateful ? [walk, ...needed, get] : [walk, ...needed]', '[walk, ...needed]'],
    [
      'nothing denies what is denied everywhere',
      'if (denied === 0) return plans;',
      'if (denied >= 0) return plans;',
    ],
    [
      'a trigger is lost',
      'const triggers = intersection(actions, ALL_TRIGGERS);',
      "const triggers = difference(intersection(actions, ALL_TRIGGERS), maskOf('read'));",
    ],
    [
      'the walk is judged as reading a directory',
      'const walkCheck = checkOf(classes, WALK);',
      "const walkCheck = checkOf(classes, maskOf('readdir'));",
    ],
    [
      'the walk is not judged',
      'const walkCheck = checkOf(classes, WALK);',
      "const walkCheck: ClassDecision = { kind: 'allow' };",
    ],
    ['programs of objects stand before `fs_walk`', '[walk, ...needed, get]', '[...needed, walk, get]'],
    [
      'the program before `fs_get` denies',
      "check: { kind: 'allow' }, span: layer.span };\n}",
      "check: { kind: 'deny' }, span: layer.span };\n}",
    ],
  ]),
  ...built('selection', SELECT, [
    [
      'an object whose place has a high number is not found',
      "branch(testImm('jne', R0, 0), hit, miss)",
      "branch(testImm('jsgt', R0, 0), hit, miss)",
    ],
    ['the bit of another class is judged', 'andImm64(R0, 1 << check.bit)', 'andImm64(R0, 2 << check.bit)'],
    [
      'a normal name stays where it was',
      "branch(testImm('jeq', R1, LOOKUP.DOT), next, 'moved')",
      "branch(testImm('jeq', R1, LOOKUP.NORMAL), next, 'moved')",
    ],
    ['unknown allows', 'movImm64(R0, -1)', 'movImm64(R0, 0)'],
    ['the region is cut', 'rshImm64(R0, 32), ...(whole', 'rshImm64(R0, 31), ...(whole'],
    [
      'the walk stores half of the region',
      'selectWalk(select: Select, check: ClassDecision): Graph {\n  if',
      "selectWalk(select: Select, check: ClassDecision): Graph {\n  if (true) return [...stepBlocks(select, 'end', false), block(select, 'end', '', [stx(8, R6, CTX.cookie, R0), ...checkEnd(select, check)], EXIT)];\n  if",
    ],
    [
      'a tag is not asked for',
      "branch(testImm('jeq', R0, 0), 'unknown', 'have'),\n    ),\n    block(\n      select,\n      'have',\n      'how was it reached?'",
      "branch(testImm('jeq', R0, 0), 'unknown', 'unknown'),\n    ),\n    block(\n      select,\n      'have',\n      'how was it reached?'",
    ],
    [
      'an object of the map is not the same place after `.`',
      "branch(testImm('jeq', R1, LOOKUP.DOT), 'end', 'deny')",
      "branch(testImm('jeq', R1, LOOKUP.DOT), 'deny', 'deny')",
    ],
  ]),
  ...built('optimisation', OPTIMISE, [
    ['tails with other ends are shared', ' ${endKey(retarget(block.end, resolve))}`', ' `'],
    [
      'a block that others jump to is absorbed',
      'predecessors.get(current.end.to) === 1',
      'predecessors.get(current.end.to) !== 0',
    ],
    [
      'jumps go past the end of a row of empty blocks',
      "if (block.body.length === 0 && block.end.kind === 'goto') onward",
      "if (block.end.kind === 'goto') onward",
    ],
    [
      'branches with one target go the other way',
      'if (end.then === end.otherwise) return',
      "if (end.then !== '') return",
    ],
  ]),
  ...built('encoding', 'src/codegen/v8/blocks.ts', [
    [
      'a branch goes the wrong way',
      'if (end.otherwise === following) return [jump(64, op, dst, src, end.then)];',
      'if (end.otherwise === following) return [jump(64, NEGATED[op] ?? op, dst, src, end.then)];',
    ],
  ]),
  // No chain of the corpus has a branch that is laid out with its negation.
  ...tested('encoding', 'src/codegen/v8/blocks.ts', 'test/codegen/layout.test.ts', [
    ['a jump is negated to itself', "jeq: 'jne',", "jeq: 'jeq',"],
  ]),
  ...built('encoding', 'src/bpf/encode.ts', [
    ['jumps go one slot too far', 'const distance = to - slot - 1;', 'const distance = to - slot;'],
  ]),
  ...built('manifest', MANIFEST, [
    [
      'an instruction too many is counted',
      'previous: previous?.plan.name ?? null,\n    instructions,',
      'previous: previous?.plan.name ?? null,\n    instructions: instructions + 1,',
    ],
    ['an entry is shown as `/`', 'path: patternText(scope.path),', "path: '/',"],
    [
      'a scope is dropped',
      'layer.scopes.map((scope) => mapEntry',
      'layer.scopes.slice(0, -1).map((scope) => mapEntry',
    ],
    [
      'the default is flipped',
      'default: layer.default,',
      "default: layer.default === 'allow' ? 'deny' : 'allow',",
    ],
    [
      'indices of classes are shifted',
      '(c.actions & mask) !== 0 ? [i] : []',
      '(c.actions & mask) !== 0 ? [Math.max(0, i - 1)] : []',
    ],
    ['trigger masks are shifted', 'triggerMask,\n', 'triggerMask: triggerMask << 1,\n'],
    ['`forbid` is lost', 'forbid: indices(forbid) }', 'forbid: [] }'],
    [
      'the object and what is beneath are swapped',
      'region: classEffects(scope.region, share)',
      'region: classEffects(scope.self, share)',
    ],
    ['everything is optional', 'optional: scope.optional,', 'optional: true,'],
    ['what an optional scope encloses is required', 'within: scope.within,', 'within: 0,'],
    [
      'the layout is another',
      '    layout,\n',
      '    layout: { ...layout, inexactBit: layout.inexactBit + 1 },\n',
    ],
    [
      'the last program is not in its chain',
      'programs: c.programs.map((p) => p.plan.name),\n      certificate',
      'programs: c.programs.slice(0, -1).map((p) => p.plan.name),\n      certificate',
    ],
    ['a program does not name the one before it', 'previous: previous?.plan.name ?? null', 'previous: null'],
    [
      'nothing is applied to the task',
      "...last.map((program): LoadStep => ({ step: 'prepend', program })),",
      '',
    ],
    [
      'the task keeps a directory without a tag',
      "...(tags ? [{ step: 'chdir_current' } as const] : []),",
      '',
    ],
    ['assertions are lost', 'return all.length === 0 ? {} : { assertions: all };', 'return {};'],
    ['rules lose their effect', 'effect: rule.effect,', "effect: 'allow' as const,"],
    ['decisions of classes are lost', ': { kind: decision.kind },', ": { kind: 'allow' as const },"],
    ['a path loses its last component', 'components: scope.path,', 'components: scope.path.slice(0, -1),'],
    ['a file is a directory', 'object: scope.object,', "object: 'dir' as const,"],
  ]),
  ...built('language', 'src/ir/check/scopes.ts', [
    [
      'a rule of `here` acts beneath',
      'if (rule.self !== self || rule === without) continue;',
      'if (rule === without) continue;',
    ],
    [
      'a `forbid` is summed as a `deny`',
      'sum[rule.effect] = union(sum[rule.effect], rule.actions);',
      "const effect = rule.effect === 'forbid' ? 'deny' : rule.effect;\n    sum[effect] = union(sum[effect], rule.actions);",
    ],
  ]),
  ...built('language', 'src/ir/check/items.ts', [
    [
      'an inner scope is taken as a top-level one',
      'const path = [...at.scope.path, ...added];',
      'const path = [...added];',
    ],
  ]),
  ...tested('language', 'src/ir/check/names.ts', 'test/examples.test.ts', [
    [
      '`all except` excludes nothing',
      'const rest = difference(ALL_TRIGGERS, mask);',
      'const rest = ALL_TRIGGERS;',
    ],
  ]),
  ...tested('language', 'src/ir/check/items.ts', 'test/examples.test.ts', [
    [
      'what an optional scope encloses does not know it',
      'const within = decl.optional ? path.length : at.within;',
      'const within = at.within;',
    ],
  ]),
  ...tested('encoding', 'src/codegen/v8/blocks.ts', 'test/codegen/layout.test.ts', [
    [
      'a block that is not next is fallen into',
      'return end.to === following ? [] : [ja(end.to)];',
      'return [];',
    ],
  ]),
  ...tested('encoding', 'src/bpf/encode.ts', 'test/bpf/asm.test.ts', [
    ['an instruction of two slots counts as one', 'next += slotsOf(instruction.op);', 'next += 1;'],
  ]),
  ...tested('globs', 'src/pattern/glob.ts', 'test/pattern/glob.random.test.ts', [
    ['`*` matches a leading dot', 'if (first !== DOT) return true;', 'return true;'],
    [
      '`[!a]` is `[a]`',
      "const negated = reader.source[reader.at] === '!';\n  if (negated) reader.at++;",
      "const negated = false;\n  if (reader.source[reader.at] === '!') reader.at++;",
    ],
    [
      '`?` matches any number of characters',
      "return { kind: 'any' };\n    case '['",
      "return { kind: 'star' };\n    case '['",
    ],
  ]),
  ...tested('globs', 'src/pattern/name-classes.ts', 'test/pattern/name-classes.random.test.ts', [
    [
      'names of literals are in the classes',
      'if (!found.some((c) => impossible(c.witness))) return found.sort(byMatching);',
      'return found.sort(byMatching);',
    ],
  ]),
  ...tested('loader', GROUND, 'test/property/chain.random.test.ts', [
    [
      'directories above a bind mount are left out',
      'if (vfs.mounts.length > 1) closeUpwards(ledger, vfs);',
      '',
    ],
    [
      'the default of the map is not asked',
      "(map.default === 'allow' || actions.includes('walk'))",
      "actions.includes('walk')",
    ],
  ]),
  ...tested('loader', GROUND, 'test/semantics/specificity.test.ts', [
    [
      'entries act from specific to general',
      'generalToSpecific(a.components, b.components)',
      'generalToSpecific(b.components, a.components)',
    ],
  ]),
  ...tested('loader', GROUND, 'test/scenario/run.test.ts', [
    [
      'a required path may be absent',
      "if (!entry.optional && around?.kind !== 'absent')",
      "if (entry.path === '' && around?.kind !== 'absent')",
    ],
  ]),
  ...tested('loader', 'src/runtime/loader/chains.ts', 'test/cli/sealed.test.ts', [
    [
      'bytes are not compared with their digest',
      'if (digest === sha256) return [];',
      'if (digest !== undefined) return [];',
    ],
  ]),
  ...tested('linux model', 'src/runtime/linux/model/domain.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'the walk of a rule ends at a mount',
      '[inode, dir, mount] = [mount.point, mount.pointParent, mount.parent];',
      'return undefined;',
    ],
    [
      'one ruleset that allows is enough',
      'denied.reduce(unite, 0 as Rights);',
      'denied.reduce((a, b) => (a & b) as Rights, -1 as Rights);',
    ],
  ]),
  ...tested('linux model', 'src/runtime/linux/model/refer.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'a move may gain rights',
      'if (compares && gainsNothing(source, child, target, other)) {',
      'if (compares) {',
    ],
    [
      'an exchange is compared in one direction',
      '(other === undefined || staysDenied(target, other, source))',
      'true',
    ],
    [
      'rules on a moving object do not count',
      'unmask(domain, inode, ALL_RIGHTS, denied);\n  return { isDir',
      'return { isDir',
    ],
    [
      'a move without REFER is EACCES',
      "return isMissingMore(source) || isMissingMore(target) ? 'EACCES' : 'EXDEV';",
      "return 'EACCES';",
    ],
  ]),
  ...tested('linux model', 'src/runtime/linux/model/rights.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'a program is not read',
      "if (read) names.push('read_file');",
      "if (read && !execute) names.push('read_file');",
    ],
  ]),
  ...tested('linux model', 'src/runtime/linux/model/namespace.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'a mask does not have the flags of the mount beneath it',
      'space.flags.set(mask, join(flagsOf(space, on.mount), extra));',
      'space.flags.set(mask, extra);',
    ],
  ]),
  ...tested('linux model', 'src/runtime/kernel/syscalls/open.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'a new file is opened without a check',
      'const limits = openLimits(task, { mount: place.mount, inode, dir }, flags & ~O.TRUNC);',
      'const limits = UNLIMITED as OpenLimits | Errno;',
    ],
    [
      'fifos of a read-only mount cannot be written',
      "const readOnly = inode.kind === 'file' ? wantWrite(task, mount) : undefined;",
      'const readOnly = wantWrite(task, mount);',
    ],
  ]),
  ...tested('linux model', 'src/runtime/kernel/namei.ts', 'test/linux/model/facts/facts.test.ts', [
    ['a hidden directory can be searched', "if (c.inode.sealed) return void failed(walk, 'EACCES');", ''],
  ]),
  ...tested('linux model', 'src/runtime/kernel/mounts.ts', 'test/linux/model/facts/facts.test.ts', [
    [
      'a mask covers all names of a file',
      'while (on !== undefined && (on.pointParent !== dir || on.pointName !== name)) on = on.sibling;',
      '',
    ],
  ]),
  ...tested('linux plan', PLACE, 'test/linux/plan.test.ts', [
    [
      'a rule is laid where nothing stops what is denied beneath',
      'if (found === undefined) return undefined;',
      'if (found === undefined) continue;',
    ],
    [
      'a rule on a directory does not look at its region',
      'const whole = region && isFine(task, lackOnSelf(task, node));',
      'const whole = isFine(task, lackOnSelf(task, node));',
    ],
    [
      'a filter leaves io_uring open',
      'ioUring: actions.some((name) => IO_URING_ACTIONS.includes(name))',
      'ioUring: false',
    ],
    ['entries are granted where others may appear', 'if (region && nothingAppearsIn(node))', 'if (region)'],
    ['what may be read is mapped as code', 'if (machine.masks) stopMapping(planner, root);', ''],
  ]),
  ...tested('linux plan', 'src/runtime/linux/plan-lists.ts', 'test/linux/plan.test.ts', [
    ['rules stay beneath a hidden object', 'own.rights.forEach((rights) => rights.clear());', ''],
  ]),
  ...tested('linux plan', 'src/runtime/linux/masks.ts', 'test/linux/plan.test.ts', [
    [
      'a mask may stop what is allowed beneath',
      '!overlaps(node.allowed, self) && !overlaps(node.allowedBeneath, beneath)',
      '!overlaps(node.allowed, self)',
    ],
    [
      '`ro` does not stop truncation',
      '/^(write_file|truncate|make_|remove_|refer)/',
      '/^(write_file|make_|remove_|refer)/',
    ],
  ]),
  ...tested('linux plan', 'src/runtime/linux/rights.ts', 'test/linux/gaps/looser.random.test.ts', [
    ['files may be written that may not', "maskOf('open', 'write')", "maskOf('open')"],
  ]),
  ...tested('linux plan', 'src/runtime/linux/rights.ts', 'test/linux/plan.test.ts', [
    [
      '`refer` is given to directories into which nothing may be moved',
      "needsOfDirectory: maskOf('renameto'),",
      'needsOfDirectory: NO_ACTIONS,',
    ],
    ['what a filter stops comes with a right', 'brings: difference(own.brings, dead)', 'brings: own.brings'],
  ]),
  ...tested('linux gaps', `${GAPS}/standing-to-plan.ts`, 'test/linux/gaps/complete.random.test.ts', [
    [
      'masks above an object do not tell it apart',
      'if (at !== path) mark?.masks.forEach((kind) => above.add(kind));',
      '',
    ],
  ]),
  ...tested('linux gaps', `${GAPS}/stage.ts`, 'test/linux/gaps/complete.random.test.ts', [
    [
      'directories that may not be walked do not count',
      'noteWalk(sides, objectPath(probe, paths), requests);',
      '',
    ],
  ]),
  ...tested('linux gaps', `${GAPS}/gaps.ts`, 'test/linux/plan.test.ts', [
    ['the oldest ABI is one that has gaps', 'leastAbi = abi + 1;', 'leastAbi = abi;'],
  ]),
  ...tested('linux gaps', `${GAPS}/hard-links.ts`, 'test/linux/gaps/hard-links.test.ts', [
    [
      'names that were not found do not count',
      "n.kind === 'file' && hasUnseenNames(n.inode)",
      "n.kind === 'dir' && hasUnseenNames(n.inode)",
    ],
  ]),
  ...tested('linux proof', 'src/codegen/linux/prove.ts', 'test/codegen/manifest-mutations.test.ts', [
    [
      'the entries of a map are not compared',
      'isRefuted(classes) ? classes : checkEntries(map, layer)',
      'isRefuted(classes) ? classes : undefined',
    ],
    [
      'the verdicts of a map are not decided',
      'if (isRefuted(verdicts)) return verdicts;',
      'if (isRefuted(verdicts)) continue;',
    ],
    [
      'layers may be in another order',
      'read.chains.some((c, i) => c.name !== layers[i]?.name)',
      'read.chains.some((c) => !layers.some((layer) => layer.name === c.name))',
    ],
  ]),
  ...tested('linux launcher', `${LAUNCHER}/plan-steps.ts`, 'test/linux/launcher/enforce.test.ts', [
    [
      'descriptors stay open',
      "[number(3), flags('~0', 0xffffffffn), number(0)], 'cannot close descriptors above 2'",
      "[number(60), flags('~0', 0xffffffffn), number(0)], 'cannot close descriptors above 2'",
    ],
    [
      'a ruleset has rights that the kernel does not have',
      "landlockBits(handled)), kept('rights'));",
      "landlockBits(handled)), flags('all', 0xffff));",
    ],
    [
      'a rule on a file has the rights of directories',
      "flags('rights of files', FILE_RIGHTS)",
      "flags('rights of files', 0xffff)",
    ],
  ]),
  ...tested('linux launcher', `${LAUNCHER}/open-steps.ts`, 'test/linux/launcher/identity.test.ts', [
    [
      'the time of birth is not compared',
      "when(column('born'), 'ne', number(0), birthSteps())",
      "when(column('born'), 'eq', number(2), birthSteps())",
    ],
    [
      'a file system need not tell the time of birth',
      "when(told, 'eq', number(0), [{ kind: 'refuse', why }]),",
      "when(told, 'eq', number(0), []),",
    ],
  ]),
  ...tested('linux launcher', `${LAUNCHER}/stream-steps.ts`, 'test/linux/launcher/streams.test.ts', [
    [
      'a stream beneath a read-only mask is let through',
      "when(READ_ONLY, 'ne', kept('read-only'), [refused])",
      "when(READ_ONLY, 'ne', kept('read-only'), [])",
    ],
    [
      'a hidden file is let through as a stream',
      "when(INODE, 'ne', kept(`inode of ${title}`), [refused])",
      "when(INODE, 'ne', kept(`inode of ${title}`), [])",
    ],
  ]),
];
