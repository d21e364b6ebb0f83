/** `llpc/client`: the type of a policy that a bundler with `llpc/unplugin` makes a module of. */
declare module '*.llp' {
  import type { Artifact } from 'llpc/runtime';

  /** What `loadPolicy` takes. */
  const policy: Artifact;
  export default policy;
}
