/** Model time of one `open` at depth 8 with trivial programs. Not a test: `node dist/test/kernel/bench-open.js`. */
import { O } from '../../src/runtime/kernel/errno.js';
import { close, mkdir, mknod, open } from '../../src/runtime/kernel/syscalls/index.js';
import { enforceAllowing, newKernelTask } from './fake.js';

const task = newKernelTask();
let dir = '';
for (let i = 0; i < 8; i++) mkdir(task, (dir += `/component${i}`));
const paths = Array.from({ length: 1000 }, (_, i) => `${dir}/file${i}`);
for (const path of paths) mknod(task, path, 'file');
enforceAllowing(task);

function measure(label: string, fresh: boolean): void {
  const rounds = 1000;
  const begin = process.hrtime.bigint();
  for (let r = 0; r < rounds; r++)
    for (let i = 0; i < paths.length; i++) {
      if (fresh) task.kernel.vfs.generation++;
      const result = open(task, paths[i] as string, O.RDONLY);
      if (!result.ok) throw new Error(result.errno);
      close(task, result.fd);
    }
  const ns = Number(process.hrtime.bigint() - begin) / (rounds * paths.length);
  console.log(`${label}: ${(ns / 1000).toFixed(3)} µs per open and close`);
}

for (let i = 0; i < 2; i++) {
  measure('resolved path kept', false);
  measure('tree changed before every open', true);
}
