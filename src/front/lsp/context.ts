/**
 * Finds the context of the cursor. It uses only the tokens before the cursor, because a statement that is being typed
 * is usually incomplete.
 */
import { readLexemes, type Lexeme } from '../../parser/lexemes.js';

export interface CursorContext {
  /** The keywords of the enclosing blocks, outermost first: `policy`, `dir`, … */
  readonly blocks: readonly string[];
  /** The paths of the enclosing `dir` scopes, as written, with quotes. */
  readonly paths: readonly string[];
  /** The tokens of the statement before the cursor. */
  readonly statement: readonly Lexeme[];
  /** The part of the word or string at the cursor that is before the cursor. */
  readonly typed: string;
  /** The kind of text at the cursor. In a comment nothing is completed. */
  readonly place: 'word' | 'string' | 'comment';
}

export function contextAt(text: string, offset: number): CursorContext {
  const { tokens, comments } = readLexemes(text);
  const inside = comments.find(
    (c) => c.start < offset && (offset < c.end || (offset === c.end && c.image.startsWith('//'))),
  );
  const current = tokens.find((t) => t.start < offset && isIn(t, offset));
  const before = tokens.filter((t) => t.end <= offset && t !== current);
  const frames: { word: string; path: string | undefined }[] = [];
  let statement: Lexeme[] = [];
  for (const token of before) {
    if (token.image === '{') frames.push(frameOf(statement));
    else if (token.image === '}') frames.pop();
    if (/^[;{}]$/.test(token.image)) statement = [];
    else statement.push(token);
  }
  const typed = current === undefined ? '' : text.slice(current.start, offset);
  const place = inside !== undefined ? 'comment' : current?.kind === 'string' ? 'string' : 'word';
  const paths = frames.flatMap((f) => (f.word === 'dir' && f.path !== undefined ? [f.path] : []));
  return { blocks: frames.map((f) => f.word), paths, statement, typed, place };
}

function frameOf(statement: readonly Lexeme[]): { word: string; path: string | undefined } {
  return { word: statement[0]?.image ?? '', path: statement.find((t) => t.kind === 'string')?.image };
}

function isIn({ kind, image, end }: Lexeme, offset: number): boolean {
  if (kind === 'string') return offset < end || (offset === end && !/^"(?:[^"\\]|\\.)*"$/.test(image));
  return (kind === 'name' || kind === 'keyword') && offset <= end;
}
