/** What masks and the filter stop, and what they do not. */
import type { LandlockRight } from '../../../../src/abi/landlock.js';
import { does, fact, filteredOut, landlock, masked, type Fact } from './fact.js';

const SIBLINGS: readonly LandlockRight[] = ['read_file', 'make_reg', 'read_dir'];

export const MASK_FACTS: readonly Fact[] = [
  fact(
    'read/masks open/masks',
    'A hidden file cannot be read; what O_PATH opens is the mask',
    masked({ 'd/f': ['hide'] }),
    [
      does.open('d/f', 'for reading', 'EACCES'),
      does.open('d/f', 'for writing', 'EACCES'),
      does.open('d/f', 'with O_PATH', 'ok'),
      does.open('d/g', 'for reading', 'ok'),
    ],
  ),
  fact(
    'readdir/masks',
    'A hidden directory cannot be listed, and what lies beneath it cannot be reached',
    masked({ d: ['hide'] }),
    [
      does.open('d', 'to list', 'EACCES'),
      does.open('d/f', 'for reading', 'EACCES'),
      does.open('d/none', 'with O_CREAT for writing', 'EACCES'),
    ],
  ),
  fact(
    'getattr/masks walk/masks chdir/masks',
    'A hidden directory stops walks and chdir; stat of the directory itself shows the mask',
    masked({ d: ['hide'] }),
    [
      does.stat('d/f', 'EACCES'),
      does.stat('d/..', 'EACCES'),
      does.chdir('d', 'EACCES'),
      does.open('d', 'with O_PATH', 'ok'),
      does.fchdir(3, 'EACCES'),
      does.stat('d', 'ok'),
      does.getxattr('d', 'EACCES'),
      does.chmod('d', 'EROFS'),
    ],
  ),
  fact('write/masks append/masks', '`ro` stops every open for writing', masked({ d: ['ro'] }), [
    does.open('d/sub/f', 'for writing', 'EROFS'),
    does.open('d/f', 'to append', 'EROFS'),
    does.open('d/f', 'for reading', 'ok'),
    does.access('d/f', 'W_OK', 'EROFS'),
    does.open('e/f', 'for writing', 'ok'),
  ]),
  fact(
    'write/masks',
    'A fifo in a `ro` mask can still be written',
    masked({ d: ['ro'] }),
    [does.open('d/p', 'for reading and writing', 'ok')],
    [{ kind: 'fifo', path: '@top/d/p' }],
  ),
  fact('create/masks', '`ro` stops creating, and with it every other change beneath', masked({ d: ['ro'] }), [
    does.open('d/n', 'with O_CREAT for writing', 'EROFS'),
    does.mkdir('d/sub/n', 'EROFS'),
    does.unlink('d/f', 'EROFS'),
    does.open('d/f', 'for writing', 'EROFS'),
  ]),
  fact(
    'renameto/masks linkto/masks',
    '`ro` stops new names: EROFS within the mask, for a link from outside too, and EXDEV for a rename from outside',
    masked({ d: ['ro'] }),
    [
      does.rename('d/f', 'd/n', 'EROFS'),
      does.link('d/f', 'd/n', 'EROFS'),
      does.link('e/f', 'd/n', 'EROFS'),
      does.rename('e/f', 'd/n', 'EXDEV'),
    ],
  ),
  fact('execute/masks', '`noexec` stops execve', masked({ d: ['noexec'] }), [
    does.execute('d/x', 'EACCES'),
    does.access('d/x', 'X_OK', 'EACCES'),
  ]),
  fact('map/masks', '`noexec` stops mappings with PROT_EXEC, and no others', masked({ d: ['noexec'] }), [
    does.open('d/x', 'for reading', 'ok'),
    does.map(3, 'PROT_EXEC', 'EPERM'),
    does.map(3, 'PROT_READ', 'ok'),
  ]),
  fact(
    'unlink/masks rmdir/masks rename/masks',
    'A pinned object cannot be removed, moved or replaced',
    masked({ 'd/f': ['pin'], 'd/empty': ['pin'] }),
    [
      does.unlink('d/f', 'EBUSY'),
      does.rmdir('d/empty', 'EBUSY'),
      does.rename('d/f', 'd/n', 'EBUSY'),
      does.rename('d/g', 'd/f', 'EBUSY'),
      does.exchange('d/g', 'd/f', 'EBUSY'),
      does.open('d/f', 'for writing', 'ok'),
    ],
  ),
  fact('link/masks', 'A link across a mask is refused with EXDEV', masked({ d: ['pin'] }), [
    does.link('d/f', 'e/n', 'EXDEV'),
    does.link('d/f', 'd/n', 'ok'),
    does.rename('d/g', 'e/n', 'EXDEV'),
  ]),
  fact('setattr/masks', '`ro` stops every change of attributes', masked({ d: ['ro'] }), [
    does.chmod('d/f', 'EROFS'),
    does.chown('d/f', 'EROFS'),
    does.utimes('d/f', 'EROFS'),
    does.setxattr('d/f', 'EROFS'),
    does.truncate('d/f', 'EROFS'),
    does.open('d/f', 'for reading', 'ok'),
    does.fchmod(3, 'EROFS'),
  ]),
  fact('chroot/masks mounton/masks', 'The program has no capabilities', masked({ 'd/f': ['pin'] }), [
    does.chroot('d', 'EPERM'),
    does.mount('d', 'e', 'EPERM'),
    does.pivotRoot('d', 'd/sub', 'EPERM'),
  ]),
  fact(
    'link/masks',
    'A link of a masked directory into itself is a move for Landlock, before it is refused as a directory',
    masked({ 'd/sub': ['pin'] }, [{ handled: ['execute'], rules: [] }]),
    [does.link('d/sub', 'd/sub/n', 'EXDEV'), does.link('d/empty', 'd/n', 'EPERM')],
  ),
  fact(
    '',
    'A directory above a mask takes it along, and a new object under the old name has no mask',
    masked({ 'd/sub/f': ['ro'] }),
    [
      does.rename('d/sub', 'd/moved', 'ok'),
      does.open('d/moved/f', 'for writing', 'EROFS'),
      does.mkdir('d/sub', 'ok'),
      does.open('d/sub/f', 'with O_CREAT for writing', 'ok'),
    ],
  ),
  fact('', 'A pin on the ancestor keeps it in its place', masked({ 'd/sub': ['pin'], 'd/sub/f': ['ro'] }), [
    does.rename('d/sub', 'd/moved', 'EBUSY'),
    does.rename('d', 'moved', 'ok'),
    does.open('moved/sub/f', 'for writing', 'EROFS'),
  ]),
  fact(
    '',
    'A hard link outside a mask reaches the same file',
    masked({ 'd/f': ['ro'] }),
    [does.open('d/f', 'for writing', 'EROFS'), does.open('e/h', 'for writing', 'ok')],
    [{ kind: 'hardlink', path: '@top/e/h', target: '@top/d/f' }],
  ),
  fact('', 'A mask beneath another has the flags of both', masked({ d: ['ro'], 'd/sub': ['noexec'] }), [
    does.open('d/sub/f', 'for writing', 'EROFS'),
    does.open('d/sub/f', 'for reading', 'ok'),
    does.map(3, 'PROT_EXEC', 'EPERM'),
  ]),
  fact(
    '',
    'Rules above a mask hold beneath it: the walk passes over the mount',
    masked({ 'd/sub': ['pin'] }, [
      { handled: ['read_file'], rules: [{ path: '@top/d', rights: ['read_file'] }] },
    ]),
    [does.open('d/sub/f', 'for reading', 'ok'), does.open('e/f', 'for reading', 'EACCES')],
  ),
  fact(
    '',
    'Rules on the siblings of a denied object: names beside it cannot be created',
    landlock(SIBLINGS, { 'd/g': ['read_file'], 'd/sub': ['read_file', 'read_dir', 'make_reg'] }),
    [
      does.open('d/f', 'for reading', 'EACCES'),
      does.open('d/g', 'for reading', 'ok'),
      does.open('d/sub/f', 'for reading', 'ok'),
      does.open('d/n', 'with O_CREAT for reading', 'EACCES'),
    ],
  ),
  fact('unlink/filter', 'A filter stops unlink, and no rename over the object', filteredOut('unlink'), [
    does.unlink('d/f', 'EACCES'),
    does.unlink('none', 'EACCES'),
    does.rmdir('d/empty', 'ok'),
    does.rename('d/g', 'd/f', 'ok'),
  ]),
  fact('rmdir/filter', 'A filter stops rmdir alone', filteredOut('rmdir'), [
    does.rmdir('d/empty', 'EACCES'),
    does.unlink('d/f', 'ok'),
  ]),
  fact('rename/filter', 'A filter stops every rename', filteredOut('rename'), [
    does.rename('d/f', 'd/n', 'EACCES'),
    does.exchange('d/f', 'd/g', 'EACCES'),
  ]),
  fact('link/filter', 'A filter stops every link', filteredOut('link'), [
    does.link('d/f', 'd/n', 'EACCES'),
    does.symlink('d/n', 'ok'),
  ]),
  fact(
    'setattr/filter',
    'A filter stops every change of attributes, but not O_TRUNC',
    filteredOut('setattr'),
    [
      does.chmod('d/f', 'EACCES'),
      does.chown('d/f', 'EACCES'),
      does.utimes('d/f', 'EACCES'),
      does.setxattr('d/f', 'EACCES'),
      does.truncate('d/f', 'EACCES'),
      does.open('d/f', 'for writing', 'ok'),
      does.ftruncate(3, 'EACCES'),
      does.fchmod(3, 'EACCES'),
      does.open('d/f', 'with O_RDONLY and O_TRUNC', 'ok'),
    ],
  ),
  fact('chroot/filter mounton/filter', 'A filter stops chroot and mounts', filteredOut('chroot', 'mounton'), [
    does.chroot('d', 'EACCES'),
    does.mount('d', 'e', 'EACCES'),
    does.pivotRoot('d', 'd/sub', 'EACCES'),
  ]),
];
