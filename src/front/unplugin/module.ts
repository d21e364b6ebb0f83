/** An artifact as the text of a module: its default export is what `loadPolicy` takes. Needs no import and no file beside it. */
import type { Artifact } from '../../artifact/manifest.js';

export function moduleText({ manifest, bytecode }: Artifact): string {
  const files = [...bytecode].map(
    ([file, b]) =>
      `  [${JSON.stringify(file)}, bytes(${JSON.stringify(Buffer.from(b).toString('base64'))})],\n`,
  );
  // A text for JSON.parse: quicker to read than a literal, and no property has a meaning of its own.
  return `const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const manifest = JSON.parse(${JSON.stringify(JSON.stringify(manifest))});
const bytecode = new Map([
${files.join('')}]);
export default { manifest, bytecode };
`;
}
