/**
 * The base class of the grammar: makes nodes and spans from tokens, and controls how the parser recovers from errors.
 *
 * Invariant: a node made from a token that recovery inserted has no text, and its span is the place of the missing
 * token.
 */
import type { IRecognitionException, IToken, TokenType } from 'chevrotain';
import { EmbeddedActionsParser } from './chevrotain.js';
import type { Diagnostic, Span } from '../diagnostics/types.js';
import type * as ast from './ast.js';
import * as messages from './messages.js';
import { plainText, readTemplate } from './template.js';
import * as t from './tokens.js';

/** The number of errors after which the rest of the text is not parsed. */
export const MAX_ERRORS = 200;

/** Private fields of Chevrotain's parser, used to stop parsing early. */
interface Internals {
  currIdx: number;
  tokVectorLength: number;
}

export interface ReachedPath {
  readonly reach: ast.Reach;
  readonly path: ast.Template;
}

export abstract class NodeParser extends EmbeddedActionsParser {
  /** Index of the source that is being parsed. */
  source = 0;
  /** Errors that this class and `restrict.ts` found, beside those of Chevrotain. */
  problems: Diagnostic[] = [];
  #errors = 0;
  /** Length of the text in UTF-16 units. */
  protected length = 0;

  constructor(skipValidations: boolean) {
    super([...t.GRAMMAR_TOKENS, t.LineEnd], {
      recoveryEnabled: true,
      maxLookahead: 1,
      skipValidations,
      errorMessageProvider: messages.messageProvider,
    });
  }

  /** Resets the parser for the tokens of a text of this length. */
  begin(tokens: IToken[], source: number, length: number): void {
    this.input = tokens;
    this.source = source;
    this.length = length;
    this.problems = [];
    this.#errors = 0;
  }

  /** Records an error. After too many it skips to the end, because each recovery searches for a place to go on. */
  SAVE_ERROR(error: IRecognitionException): IRecognitionException {
    const parent = EmbeddedActionsParser.prototype as unknown as {
      SAVE_ERROR(this: NodeParser, error: IRecognitionException): IRecognitionException;
    };
    const saved = parent.SAVE_ERROR.call(this, error);
    if (++this.#errors > MAX_ERRORS) {
      const internals = this as unknown as Internals;
      internals.currIdx = internals.tokVectorLength - 1;
    }
    return saved;
  }

  /** Recovery must not delete a `LineEnd`, because another statement follows it. */
  canRecoverWithSingleTokenDeletion(expected: TokenType): boolean {
    const parent = EmbeddedActionsParser.prototype as unknown as {
      canRecoverWithSingleTokenDeletion(this: NodeParser, expected: TokenType): boolean;
    };
    if (this.LA(1).tokenType === t.LineEnd) return false;
    return parent.canRecoverWithSingleTokenDeletion.call(this, expected);
  }

  /** Reports a statement that ends at the end of its line without `;`, unless an error is reported there already. */
  protected endWith(rule: string, token: IToken): void {
    this.ACTION(() => {
      if (token.tokenType !== t.LineEnd || this.errors.at(-1)?.token === token) return;
      this.problems.push(messages.missingEnd(rule, this.spanOf(token), this.LA(1)));
    });
  }

  protected word<W extends string>(type: TokenType, word: W): W {
    this.CONSUME(type);
    return word;
  }

  protected given(
    kind: 'file' | 'dir' | 'link' | 'bind' | 'hardlink',
    span: Span,
    path: ast.Template,
    target: ast.Template | undefined,
  ): ast.GivenItem {
    if (kind === 'file' || kind === 'dir') {
      if (target !== undefined) this.problems.push(messages.unexpectedTarget(kind, target.span));
      return { kind, span, path };
    }
    if (target === undefined && path.broken !== true) this.problems.push(messages.missingTarget(kind, span));
    return { kind, span, path, target: target ?? path };
  }

  protected assertion(
    claim: ast.Claim | 'gains',
    span: Span,
    set: ast.SetExpr = this.noSet(),
    place: ReachedPath = { reach: 'at', path: this.noTemplate() },
  ): ast.AssertDecl {
    return claim === 'gains'
      ? { kind: 'assert-gains', span, set }
      : { kind: 'assert', span, claim, set, reach: place.reach, path: place.path };
  }

  /** `target`: the name after `on`; undefined for `gains`. */
  protected acceptance(
    span: Span,
    set: ast.SetExpr = this.noSet(),
    target: ast.Name | undefined,
  ): ast.AcceptDecl {
    return target === undefined
      ? { kind: 'accept-gains', span, set }
      : { kind: 'accept-unenforced', span, set, target };
  }

  protected noTemplate(): ast.Template {
    return { kind: 'template', span: this.spanFrom(this.LA(0)), parts: [], broken: true };
  }

  protected paramType(token: IToken): ast.ParamType {
    const { image } = token;
    if (image === 'path' || image === 'name' || image === 'pattern') return image;
    this.ACTION(() => {
      if (!token.isInsertedInRecovery) this.problems.push(messages.unknownType(image, this.spanOf(token)));
    });
    return 'pattern';
  }

  protected templateFrom(token: IToken, noParameterIn?: string): ast.Template {
    return this.ACTION(() => {
      if (token.isInsertedInRecovery === true)
        return { kind: 'template', span: this.spanOf(token), parts: [], broken: true };
      const template = readTemplate(token, this.source, this.problems);
      if (noParameterIn !== undefined) plainText(template, noParameterIn, this.problems);
      return template;
    });
  }

  protected plainFrom(token: IToken, where: string): string {
    return this.ACTION(() => plainText(this.templateFrom(token), where, this.problems));
  }

  protected nameFrom(token: IToken): ast.Name {
    return {
      kind: 'name',
      span: this.spanOf(token),
      text: token.isInsertedInRecovery === true ? '' : token.image,
    };
  }

  protected noSet(): ast.SetExpr {
    return { kind: 'set', span: this.spanFrom(this.LA(0)), all: false, names: [] };
  }

  protected noTypedName(): { name: ast.Name; type: ast.ParamType } {
    return { name: { kind: 'name', span: this.spanFrom(this.LA(0)), text: '' }, type: 'pattern' };
  }

  protected spanOf(token: IToken): Span {
    if (Number.isNaN(token.startOffset))
      return { source: this.source, start: this.lastEnd(), end: this.lastEnd() };
    return { source: this.source, start: token.startOffset, end: token.startOffset + token.image.length };
  }

  /** The span from a token to the last consumed one. */
  protected spanFrom(first: IToken): Span {
    const start = Number.isNaN(first.startOffset) ? this.lastEnd() : first.startOffset;
    return { source: this.source, start, end: Math.max(start, this.lastEnd()) };
  }

  protected lastEnd(): number {
    const last = this.LA(0);
    return last === undefined || Number.isNaN(last.startOffset) ? 0 : last.startOffset + last.image.length;
  }
}
