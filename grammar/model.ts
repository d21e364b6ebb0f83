/** Reads the grammar from the parser as plain data, from which the notation and the diagrams are printed. */
import { PolicyParser } from '../src/parser/grammar.js';

export interface Production {
  /** The name in the notation: `Import` for the method `importDecl`. */
  readonly name: string;
  readonly method: string;
  readonly body: Node;
}

export type Node =
  | { readonly kind: 'terminal' | 'reference'; readonly text: string }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'optional' | 'repeat'; readonly item: Node }
  /** One or more, with a separator between them. */
  | { readonly kind: 'list'; readonly item: Node; readonly separator: Node };

type Gast = ReturnType<PolicyParser['getSerializedGastProductions']>[number];

/** The fields of serialized productions. Each kind has some of them. */
interface Fields {
  readonly type: Gast['type'];
  readonly name?: string;
  readonly pattern?: string;
  readonly separator?: Gast;
  readonly definition?: readonly Gast[];
}

/** All productions, in the order of the class. */
export function readProductions(): Production[] {
  return new PolicyParser(false).getSerializedGastProductions().map((rule) => {
    const { name = '', definition = [] }: Fields = rule;
    return { name: productionName(name), method: name, body: sequence(definition) };
  });
}

function productionName(method: string): string {
  return method.charAt(0).toUpperCase() + method.slice(1).replace(/Decl$/, '');
}

/** A sequence without the end of the file, which the notation leaves out. */
function sequence(items: readonly Gast[]): Node {
  const nodes = items.map(readNode).filter((n) => !(n.kind === 'terminal' && n.text === 'EOF'));
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: 'sequence', items: nodes };
}

function readNode(gast: Gast): Node {
  const { type, name = '', pattern, separator, definition = [] }: Fields = gast;
  switch (type) {
    case 'Terminal':
      return { kind: 'terminal', text: terminalText(name, pattern ?? '') };
    case 'NonTerminal':
      return { kind: 'reference', text: productionName(name) };
    case 'Option':
      return { kind: 'optional', item: sequence(definition) };
    case 'Repetition':
      return { kind: 'repeat', item: sequence(definition) };
    case 'Alternation':
      return { kind: 'choice', items: definition.map(readNode) };
    case 'RepetitionMandatoryWithSeparator':
      if (separator === undefined) throw new Error('a list without a separator');
      return { kind: 'list', item: sequence(definition), separator: readNode(separator) };
    case 'Alternative':
      return sequence(definition);
    default:
      throw new Error(`the notation has nothing for ${type}`);
  }
}

/** The text of a terminal: words and signs in quotes, other tokens by their name. */
function terminalText(name: string, pattern: string): string {
  return ['Identifier', 'Integer', 'String', 'EOF'].includes(name) ? name : `"${pattern}"`;
}
