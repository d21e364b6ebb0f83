/** Generates policies of any size, like that of a large site: a hundred folders with many scopes in each. */

/** The text of a policy with this number of scopes, five rules in each. */
export function largePolicy(scopes: number): string {
  const lines = ['llp 1;', 'policy "large" {', '  default deny;'];
  for (let i = 0; i < scopes; i++) {
    lines.push(
      `  dir "/srv/area${i % 100}/place${i}" {`,
      '    allow read, readdir;',
      '    allow open, getattr, chdir;',
      '    allow write, append, create;',
      '    forbid execute;',
      '    here { deny write; }',
      '  }',
    );
  }
  return [...lines, '}', ''].join('\n');
}

export const SMALL_POLICY = `llp 1;
actions look = open, read, readdir, getattr, chdir, map;
policy "small" {
  default deny;
  dir "/srv/www" {
    allow look;
    dir "uploads" { allow write, create; forbid execute; }
    dir "*/private" { deny all; }
    file ".htpasswd" { deny all; }
  }
}
`;
