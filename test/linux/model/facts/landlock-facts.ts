/** What Landlock rules stop, and what they do not. */
import { does, EVERY_RIGHT, fact, landlock, without, type Fact } from './fact.js';

const CHANGE_DIR = ['make_reg', 'make_dir', 'make_sym', 'make_fifo', 'remove_file', 'remove_dir'] as const;

export const LANDLOCK_FACTS: readonly Fact[] = [
  fact(
    'read/landlock',
    'Reading is judged when the file is opened',
    landlock(['read_file'], { d: ['read_file'] }),
    [
      does.open('d/f', 'for reading', 'ok'),
      does.open('e/f', 'for reading', 'EACCES'),
      does.open('e/f', 'for writing', 'ok'),
    ],
  ),
  fact(
    'write/landlock',
    'Writing is judged when the file is opened',
    landlock(['write_file'], { d: ['write_file'] }),
    [
      does.open('d/f', 'for writing', 'ok'),
      does.open('e/f', 'for writing', 'EACCES'),
      does.open('e/f', 'for reading and writing', 'EACCES'),
      does.open('e/f', 'for reading', 'ok'),
    ],
  ),
  fact(
    'append/landlock',
    'Appending needs the right to write, so it cannot be allowed alone',
    landlock(['write_file'], { d: ['write_file'] }),
    [does.open('d/f', 'to append', 'ok'), does.open('e/f', 'to append', 'EACCES')],
  ),
  fact('open/landlock', 'An open that neither reads nor writes is not judged', landlock(EVERY_RIGHT), [
    does.open('d/f', 'with O_PATH', 'ok'),
    does.open('d', 'with O_PATH', 'ok'),
    does.open('d/f', 'with access mode 3', 'ok'),
    does.open('d/f', 'for reading', 'EACCES'),
  ]),
  fact(
    'readdir/landlock',
    'The right to list a directory holds for all directories beneath it',
    landlock(['read_dir'], { d: ['read_dir'] }),
    [
      does.open('d', 'to list', 'ok'),
      does.open('d/sub', 'to list', 'ok'),
      does.open('e', 'to list', 'EACCES'),
    ],
  ),
  fact('execute/landlock', 'execve needs EXECUTE', landlock(['execute'], { d: ['execute'] }), [
    does.execute('d/x', 'ok'),
  ]),
  fact('execute/landlock', 'execve without EXECUTE is refused', landlock(['execute'], { e: ['execute'] }), [
    does.execute('d/x', 'EACCES'),
  ]),
  fact(
    'execute/landlock',
    'execve needs READ_FILE too where a ruleset handles it',
    landlock(['execute', 'read_file'], { d: ['execute'] }),
    [does.execute('d/x', 'EACCES')],
  ),
  fact(
    'map/landlock execute/landlock',
    'A file that can be read can be mapped with PROT_EXEC without EXECUTE',
    landlock(['execute', 'read_file'], { d: ['read_file'] }),
    [does.open('d/x', 'for reading', 'ok'), does.map(3, 'PROT_EXEC', 'ok')],
  ),
  fact(
    'create/landlock',
    'Creating is a right of the parent directory, and of all directories beneath it',
    landlock(CHANGE_DIR, { d: ['make_reg', 'make_dir', 'make_sym', 'make_fifo'] }),
    [
      does.open('d/n', 'with O_CREAT for writing', 'ok'),
      does.mkdir('d/sub/n', 'ok'),
      does.symlink('d/sub/s', 'ok'),
      does.mkfifo('d/sub/p', 'ok'),
      does.open('e/n', 'with O_CREAT for writing', 'EACCES'),
      does.mkdir('e/n', 'EACCES'),
      does.symlink('e/s', 'EACCES'),
      does.mkfifo('e/p', 'EACCES'),
    ],
  ),
  fact(
    'create/landlock',
    'MAKE_REG without WRITE_FILE: the open is refused and leaves an empty file',
    landlock(['make_reg', 'write_file'], { d: ['make_reg'] }),
    [
      does.open('d/n', 'with O_CREAT for writing', 'EACCES'),
      does.stat('d/n', 'ok'),
      does.open('e/n', 'with O_CREAT for writing', 'EACCES'),
      does.stat('e/n', 'ENOENT'),
    ],
  ),
  fact(
    'unlink/landlock rmdir/landlock',
    'Removing is a right of the parent directory',
    landlock(CHANGE_DIR, { d: ['remove_file', 'remove_dir'] }),
    [
      does.unlink('d/sub/f', 'ok'),
      does.rmdir('d/empty', 'ok'),
      does.unlink('e/f', 'EACCES'),
      does.rmdir('e', 'EACCES'),
    ],
  ),
  fact(
    'unlink/landlock',
    'A rule on the object itself does not give the right to remove it',
    landlock(['remove_dir'], { 'd/empty': ['remove_dir'] }),
    [does.rmdir('d/empty', 'EACCES')],
  ),
  fact(
    'rename/landlock renameto/landlock',
    'A rename in one directory needs the rights to remove and to make',
    landlock(CHANGE_DIR, { d: ['make_reg', 'remove_file'] }),
    [
      does.rename('d/f', 'd/n', 'ok'),
      does.rename('d/sub', 'd/n2', 'EACCES'),
      does.rename('e/f', 'e/n', 'EACCES'),
    ],
  ),
  fact(
    'rename/landlock renameto/landlock',
    'A rename to another directory is refused with EXDEV where no rule gives REFER, even if no ruleset handles it',
    landlock(['execute']),
    [does.rename('d/f', 'd/sub/n', 'EXDEV'), does.rename('d/f', 'd/n', 'ok')],
  ),
  fact(
    'rename/landlock renameto/landlock',
    'REFER on a directory above both allows it',
    landlock(['refer', 'make_reg', 'remove_file'], { '.': ['refer', 'make_reg', 'remove_file'] }),
    [does.rename('d/f', 'e/n', 'ok'), does.exchange('d/g', 'e/f', 'ok')],
  ),
  fact(
    'rename/landlock renameto/landlock',
    'A move that gains a right is refused with EXDEV, even if both directories give every right to move',
    landlock(['refer', 'make_reg', 'remove_file', 'read_file'], {
      '.': ['refer', 'make_reg', 'remove_file'],
      e: ['read_file'],
    }),
    [
      does.rename('d/f', 'e/n', 'EXDEV'),
      does.exchange('e/f', 'd/f', 'EXDEV'),
      does.rename('e/f', 'd/n', 'ok'),
    ],
  ),
  fact(
    'renameto/landlock',
    'EACCES comes before EXDEV: a missing right to make says more than a missing REFER',
    landlock(['refer', 'make_reg', 'remove_file'], { d: ['refer', 'make_reg', 'remove_file'] }),
    [does.rename('d/f', 'e/n', 'EACCES')],
  ),
  fact(
    'link/landlock linkto/landlock',
    'A link needs the right to make, and REFER for another directory',
    landlock(['refer', 'make_reg'], { d: ['make_reg'], 'd/sub': ['refer', 'make_reg'] }),
    [does.link('d/f', 'd/n', 'ok'), does.link('d/f', 'd/sub/n', 'EXDEV'), does.link('d/f', 'e/n', 'EACCES')],
  ),
  fact('setattr/landlock', 'Of all attributes only the size is judged', landlock(EVERY_RIGHT), [
    does.truncate('d/f', 'EACCES'),
    does.chmod('d/f', 'ok'),
    does.chown('d/f', 'ok'),
    does.utimes('d/f', 'ok'),
    does.setxattr('d/f', 'ok'),
  ]),
  fact(
    'setattr/landlock',
    'The right to truncate is fixed when the file is opened',
    landlock(['truncate', 'write_file'], { d: ['write_file'], 'd/sub': ['truncate'] }),
    [
      does.open('d/f', 'for writing', 'ok'),
      does.ftruncate(3, 'EACCES'),
      does.open('d/sub/f', 'for writing', 'ok'),
      does.ftruncate(4, 'ok'),
      does.open('d/f', 'with O_RDONLY and O_TRUNC', 'EACCES'),
    ],
  ),
  fact(
    'getattr/landlock walk/landlock chdir/landlock',
    'Looking at an object is not judged',
    landlock(EVERY_RIGHT),
    [
      does.stat('d/sub/f', 'ok'),
      does.access('d/f', 'R_OK', 'ok'),
      does.access('d/f', 'W_OK', 'ok'),
      does.readlink('d/l', 'ok'),
      does.getxattr('d/f', 'ok'),
      does.chdir('d/sub', 'ok'),
    ],
  ),
  fact('mounton/landlock', 'Mounts are refused to every task under Landlock', landlock(['execute']), [
    does.mount('d', 'e', 'EPERM'),
    does.pivotRoot('d', 'd/sub', 'EPERM'),
  ]),
  fact(
    'ioctl/landlock',
    'Commands of a device need IOCTL_DEV, those of other files do not',
    landlock(['ioctl_dev']),
    [
      does.open('/dev/null', 'for reading', 'ok'),
      does.ioctl(3, 'EACCES'),
      does.open('d/f', 'for reading', 'ok'),
      does.ioctl(4, 'ok'),
    ],
  ),
  fact(
    'ioctl/landlock',
    'IOCTL_DEV on the device allows its commands',
    landlock(['ioctl_dev'], { '/dev/null': ['ioctl_dev'] }),
    [does.open('/dev/null', 'for reading', 'ok'), does.ioctl(3, 'ok')],
  ),
  fact('lock/landlock', 'Locks are not judged', landlock(without('read_file')), [
    does.open('d/f', 'for reading', 'ok'),
    does.flock(3, 'ok'),
  ]),
  fact(
    '',
    'A rule says what is allowed beneath it, whatever a rule further down leaves out',
    landlock(['read_file', 'write_file'], { d: ['read_file', 'write_file'], 'd/sub': ['read_file'] }),
    [does.open('d/sub/f', 'for writing', 'ok')],
  ),
  fact(
    '',
    'Every ruleset must allow',
    {
      masks: [],
      rulesets: [
        { handled: ['read_file'], rules: [{ path: '@top/d', rights: ['read_file'] }] },
        { handled: ['read_file'], rules: [{ path: '@top/d/sub', rights: ['read_file'] }] },
      ],
      filter: [],
    },
    [does.open('d/sub/f', 'for reading', 'ok'), does.open('d/f', 'for reading', 'EACCES')],
  ),
  fact(
    'rename/landlock renameto/landlock',
    'An object with a rule of its own does not gain what that rule gives',
    landlock(['refer', 'make_dir', 'remove_dir', 'make_reg', 'remove_file', 'read_file'], {
      '.': ['refer', 'make_dir', 'remove_dir', 'make_reg', 'remove_file'],
      e: ['read_file'],
      'd/sub': ['read_file'],
    }),
    [does.rename('d/f', 'e/n', 'EXDEV'), does.rename('d/sub', 'e/n', 'ok')],
  ),
  fact(
    '',
    'A rule is on the object: it moves with the object',
    landlock(['read_file', 'refer', 'make_dir', 'remove_dir'], {
      '.': ['refer', 'make_dir', 'remove_dir'],
      'd/sub': ['read_file'],
    }),
    [
      does.rename('d/sub', 'e/moved', 'ok'),
      does.open('e/moved/f', 'for reading', 'ok'),
      does.open('e/f', 'for reading', 'EACCES'),
    ],
  ),
  fact(
    '',
    'A hard link has the rights of the directory through which it is opened',
    landlock(['read_file'], { d: ['read_file'] }),
    [does.open('d/h', 'for reading', 'ok'), does.open('e/f', 'for reading', 'EACCES')],
    [{ kind: 'hardlink', path: '@top/d/h', target: '@top/e/f' }],
  ),
  fact(
    '',
    'The way by which an object is found does not matter',
    landlock(['read_file'], { d: ['read_file'] }),
    [
      does.open('e/../d/f', 'for reading', 'ok'),
      does.open('d/../e/f', 'for reading', 'EACCES'),
      does.open('e/l', 'for reading', 'ok'),
      does.open('d/m', 'for reading', 'EACCES'),
    ],
    [
      { kind: 'link', path: '@top/e/l', target: '../d/f' },
      { kind: 'link', path: '@top/d/m', target: '../e/f' },
    ],
  ),
];
