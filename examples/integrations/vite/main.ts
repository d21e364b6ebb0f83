import { buildTree, loadPolicy } from 'llpc/runtime';
import policy from './app.llp';

const paths = ['/srv/data/a', '/srv/data/private/b'];
const { vfs } = buildTree(paths.map((path) => ({ kind: 'file' as const, path })));
const loaded = loadPolicy(policy, vfs);
if (loaded.kind === 'refused') throw new Error(loaded.problems.map((p) => p.message).join('\n'));
for (const path of paths) console.log(path, loaded.value.decide('read', path).verdict);
