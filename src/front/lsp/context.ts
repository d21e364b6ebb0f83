/**
 * Where the cursor stands, from the tokens before it alone: what is being typed is seldom a whole statement.
 */
import { readLexemes, type Lexeme } from '../../parser/lexemes.js';

export interface CursorContext {
  /** First words of the blocks around, from the outermost in: `policy`, `dir`, … */
  readonly blocks: readonly string[];
  /** Paths of the `dir` scopes around, as written, with their quotes. */
  readonly paths: readonly string[];
  /** Tokens of the statement before the cursor. */
  readonly statement: readonly Lexeme[];
  /** The word or string that the cursor stands in, as far as it. */
  readonly typed: string;
  /** Whether that is in a string; false in a comment, where nothing is completed. */
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
