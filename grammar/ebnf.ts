/** Prints the grammar in the notation of the comments in `src/parser/grammar.ts`. */
import type { Node, Production } from './model.js';

const HEAD = `(* The grammar of .llp files, generated from the parser: npm run grammar.

   "word"     the word itself            [ X ]     X or nothing
   X | Y      one of the two             { X }     any number of X, also none

   Identifier, Integer and String are described in tokens.md. Space and comments may stand between any two tokens. *)
`;

export function printEbnf(productions: readonly Production[]): string {
  return `${HEAD}\n${productions.map(printProduction).join('\n')}\n`;
}

export function printProduction({ name, body }: Production): string {
  return `${name} = ${printNode(body)}`;
}

function printNode(node: Node): string {
  switch (node.kind) {
    case 'terminal':
    case 'reference':
      return node.text;
    case 'sequence':
      return node.items.map(printPart).join(' ');
    case 'choice':
      return node.items.map(printNode).join(' | ');
    case 'optional':
      return `[ ${printNode(node.item)} ]`;
    case 'repeat':
      return `{ ${printNode(node.item)} }`;
    case 'list':
      return `${printPart(node.item)} { ${printNode(node.separator)} ${printPart(node.item)} }`;
  }
}

/** A node as part of a sequence: alternatives are in parentheses. */
function printPart(node: Node): string {
  return node.kind === 'choice' ? `( ${printNode(node)} )` : printNode(node);
}
