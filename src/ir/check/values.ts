/** Evaluates templates and parameters: returns the text of a string in the policy, in pattern syntax. */
import { report } from '../../diagnostics/catalogue.js';
import { respell } from '../../diagnostics/suggest.js';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import type { Name, ParamDecl, ParamType, Template } from '../../parser/ast.js';
import { escapePattern, hasGlob, unescapePattern } from '../../pattern/glob.js';
import { checkUnique, type FileNames } from './names.js';

/** The environment of a template: its file, and the arguments of the fragment around it. */
export interface Env {
  readonly file: number;
  readonly args: ReadonlyMap<string, string>;
}

/** Values given from outside (`-D name=value`), by name. */
export type Defines = Readonly<Record<string, string>>;

export class Values {
  readonly #names: readonly FileNames[];
  readonly #defines: Defines;
  readonly #out: Diagnostic[];
  /** Values in pattern syntax; `open` while the default of a parameter is being read; undefined after an error. */
  readonly #values = new Map<ParamDecl, string | 'open' | undefined>();

  constructor(names: readonly FileNames[], defines: Defines, out: Diagnostic[]) {
    this.#names = names;
    this.#defines = defines;
    this.#out = out;
  }

  /** Returns the text of a template in pattern syntax; undefined after an error, which is reported. */
  read(template: Template, env: Env): string | undefined {
    let text: string | undefined = template.broken ? undefined : '';
    for (const part of template.parts) {
      const piece = part.kind === 'text' ? part.text : this.#param(part.name, env);
      text = text === undefined || piece === undefined ? undefined : text + piece;
    }
    return text;
  }

  /**
   * Returns the value of a parameter in pattern syntax; undefined after an error, which is reported. A `path` or a `name`
   * must not have a glob.
   */
  argument(type: ParamType, text: string, span: Span | undefined, name: string): string | undefined {
    const why = typeFault(type, text);
    if (why === undefined) return type === 'pattern' ? text : escapePattern(unescapePattern(text));
    const place = span === undefined ? {} : { span };
    this.#out.push(report('LLP2009', { value: text, name, type }, { ...place, help: why }));
    return undefined;
  }

  #param(name: Name, env: Env): string | undefined {
    const bound = env.args.get(name.text);
    if (bound !== undefined) return bound;
    const symbol = this.#names[env.file]?.params.get(name.text);
    if (symbol !== undefined) {
      checkUnique(this.#names[env.file], symbol.decl, name.span, this.#out);
      return this.#value(symbol.decl, symbol.file);
    }
    const known = [...env.args.keys(), ...(this.#names[env.file]?.params.keys() ?? [])];
    const details = respell(name.text, known, name.span) ?? {
      help: `declare it with \`param ${name.text}: path = "…";\``,
    };
    this.#out.push(report('LLP2003', { name: name.text }, { span: name.span, ...details }));
    return undefined;
  }

  #value(decl: ParamDecl, file: number): string | undefined {
    const known = this.#values.get(decl);
    if (known === 'open') {
      this.#out.push(
        report('LLP2005', { name: decl.name.text }, { span: decl.span, help: 'give it a value of its own' }),
      );
      return undefined;
    }
    if (this.#values.has(decl)) return known;
    this.#values.set(decl, 'open');
    const value = this.#evaluate(decl, file);
    this.#values.set(decl, value);
    return value;
  }

  #evaluate(decl: ParamDecl, file: number): string | undefined {
    const name = decl.name.text;
    const defined = Object.hasOwn(this.#defines, name) ? this.#defines[name] : undefined;
    if (defined !== undefined) {
      const text = decl.type === 'pattern' ? defined : escapePattern(defined);
      return this.argument(decl.type, text, decl.span, name);
    }
    if (decl.default === undefined) {
      const help = `give one with \`-D ${name}=…\`, or write a default`;
      this.#out.push(report('LLP2008', { name }, { span: decl.name.span, help }));
      return undefined;
    }
    const text = this.read(decl.default, { file, args: new Map() });
    return text === undefined ? undefined : this.argument(decl.type, text, decl.default.span, name);
  }
}

/** Returns help on how to correct a value of this type; undefined when the value is valid. */
function typeFault(type: ParamType, text: string): string | undefined {
  if (text === '') return 'write at least one character';
  if (text.includes('\0')) return 'leave the NUL character out';
  if (type === 'pattern') return undefined;
  if (hasGlob(text))
    return 'write `\\` before a character that is not meant as a glob, or declare the parameter as `pattern`';
  if (type === 'name')
    return text.includes('/')
      ? 'write one component, without `/`, or declare the parameter as `path`'
      : undefined;
  const parts = text.replace(/^\//, '').split('/');
  if (text !== '/' && parts.some((p) => p === '' || p === '.' || p === '..'))
    return 'write a path without `.`, `..` and empty components';
  return undefined;
}

/** Returns the literal text of a template in a test; undefined if it has a glob, which is reported. */
export function literalText(text: string, span: Span, out: Diagnostic[]): string | undefined {
  if (!hasGlob(text)) return unescapePattern(text);
  const help = 'write the path of one object; `\\*` stands for the character itself';
  out.push(report('LLP3016', { path: text }, { span, help }));
  return undefined;
}
