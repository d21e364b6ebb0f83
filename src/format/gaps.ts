/**
 * Reads the gaps between tokens: their comments and the number of line ends. A formatter has to keep only the tokens
 * and these gaps.
 */
import type { Lexemes } from '../parser/lexemes.js';
import type { Doc } from './doc.js';

export interface Comment {
  readonly doc: Doc;
  /** The number of line ends before it, since the token or comment before. */
  readonly newlines: number;
}

export interface TokenGap {
  readonly comments: readonly Comment[];
  /** The number of line ends between the last comment (or the token before) and the token after. */
  readonly newlines: number;
}

/** The gap before each token, and one after the last token. */
export function readGaps(text: string, { tokens, comments }: Lexemes): TokenGap[] {
  const gaps: TokenGap[] = [];
  let next = 0;
  let end = 0;
  for (let i = 0; i <= tokens.length; i++) {
    const until = tokens[i]?.start ?? text.length;
    const own: Comment[] = [];
    for (let c = comments[next]; c !== undefined && c.start < until; c = comments[++next]) {
      own.push({ doc: commentDoc(c.image), newlines: newlines(text, end, c.start) });
      end = c.end;
    }
    gaps.push({ comments: own, newlines: newlines(text, end, until) });
    end = tokens[i]?.end ?? end;
  }
  return gaps;
}

function newlines(text: string, from: number, to: number): number {
  return to - from < 2 && text[from] === ' ' ? 0 : text.slice(from, to).split(/\r\n|\r|\n/).length - 1;
}

/** The document of a comment. If all lines of a block comment begin with `*`, they are indented; else they are kept. */
function commentDoc(image: string): Doc {
  if (image.startsWith('//')) return { kind: 'aside', text: image.replace(/[ \t]+$/, '') };
  const [first = '', ...others] = image.split(/\r\n|\r|\n/);
  if (others.length === 0) return first;
  const starred = others.every((line) => /^[ \t]*\*/.test(line));
  const lines = starred ? others.map((line) => ` ${line.trim()}`) : others;
  return { kind: 'lines', lines: [starred ? first.trimEnd() : first, ...lines], indented: starred };
}

/** True if the gap contains no end of line. */
export function isOneLine({ comments, newlines }: TokenGap): boolean {
  return newlines === 0 && comments.every((c) => c.newlines === 0);
}
