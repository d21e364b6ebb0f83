/** Policies on which every seeded fault of the compiler shows: those of the examples, and small ones for what they lack. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface CorpusPolicy {
  readonly name: string;
  readonly text: string;
}

/** One idea each. They are built and not run, so they name no real tree. */
const SMALL: Readonly<Record<string, string>> = {
  // `forbid` alone tells actions apart, in a region, in `here` and in a file; an inner scope tries to allow again what a link may bring.
  forbid: `policy "p" { default allow;
    dir "/a" { forbid write; here { forbid rename; } dir "b" { allow read; } }
    dir "/c" { deny append; file "f" { forbid execute; } dir "*" { here { deny getattr; } } }
  }`,
  // Only `here` and only a file allow something.
  here: `policy "p" { default deny; allow getattr;
    dir "/a" { allow read; here { allow create; } dir "b" { here { allow chdir; deny getattr; } } }
    file "/a/f" { allow execute; }
  }`,
  // A default that allows, with what nothing restricts, what only the root restricts, and what is restricted in one place.
  'default allow': `policy "p" { default allow; deny mounton; dir "/a" { deny write; file "f" { allow write; deny read; } } }`,
  // Globs that overlap each other and literals, and that agree where nothing orders them.
  globs: `policy "p" { default deny;
    dir "/g" { allow getattr; dir "a*" { allow read; } dir "*b" { allow read; } dir "ab" { deny read; allow write; }
      dir "*" { dir "x" { forbid append; allow open; } file "*.key" { deny getattr; } file "a.key" { allow getattr; } } }
    dir "/h/*/z" { allow execute; } dir "/h/q" { deny execute; allow lock; dir "z" { allow ioctl; } }
  }`,
  // What is optional, what an optional scope encloses, and assertions of each kind.
  optional: `policy "p" { default deny; accept gains all;
    dir? "/o" { allow read; file "f" { deny read; } file? "g" { allow write; } }
    dir "/r" { allow read, readdir; deny getattr; }
    assert never write under "/r";
    assert never gains execute;
  }
  assert always readdir at "/r/d";`,
  // The walk is denied, with a bit and without one.
  walk: `policy "p" { default deny; allow read, readdir, getattr; dir "/w" { deny walk; dir "in" { allow walk; } } }`,
  'walk alone': `policy "p" { default allow; dir "/w" { deny walk; } }`,
  'walk nowhere': `policy "p" { default allow; deny walk; }`,
  // No program, and only the program that denies.
  nothing: `policy "p" { default allow; }`,
  all: `policy "p" { default deny; }`,
  layers: `policy "a" { default deny; allow read; dir "/a" { deny read; } }
  policy "b" { default allow; dir "/a/b" { deny write; } }`,
  twice: `policy "p" { default deny;
    dir "/t/a*" { allow read; forbid write; dir "n" { deny read; allow append; } }
    dir "/t/*c" { dir "n" { allow lock; } }
  }`,
};

export function corpus(): CorpusPolicy[] {
  const examples = readdirSync('examples', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'integrations')
    .map(({ name }) => ({ name, text: readFileSync(join('examples', name, 'policy.llp'), 'utf8') }));
  const small = Object.entries(SMALL).map(([name, text]) => ({ name, text: `llp 1;\n${text}\n` }));
  return [...small, ...examples];
}
