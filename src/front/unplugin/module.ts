/** Prints an artifact as a module without imports, whose default export is the artifact that `loadPolicy` takes. */
import type { Artifact } from '../../artifact/manifest.js';

export function moduleText({ manifest, bytecode }: Artifact): string {
  const files = [...bytecode].map(
    ([file, b]) =>
      `  [${JSON.stringify(file)}, bytes(${JSON.stringify(Buffer.from(b).toString('base64'))})],\n`,
  );
  // Engines parse a string for JSON.parse faster than a literal, and `__proto__` has no special meaning in it.
  return `const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const manifest = JSON.parse(${JSON.stringify(JSON.stringify(manifest))});
const bytecode = new Map([
${files.join('')}]);
export default { manifest, bytecode };
`;
}
