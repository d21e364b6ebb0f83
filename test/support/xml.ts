/** A strict reader of the XML that a drawing may be: elements, attributes in double quotes, text, numeric references. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const NAME = '[A-Za-z][A-Za-z0-9-]*';
const TOKEN = new RegExp(`<(${NAME})((?: ${NAME}="[^"<]*")*)(/?)>|</(${NAME})>|([^<]+)`, 'gy');

/** Throws where it is not well formed. */
export function readXml(source: string): XmlElement {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u.test(source))
    throw new Error('a character that XML has not');
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    at = match.index + match[0].length;
    const top = stack.at(-1);
    if (top === undefined) throw new Error('text after the end');
    const [, opened, attributes = '', empty, closed, text] = match;
    if (text !== undefined) top.text += unescaped(text);
    else if (opened !== undefined) {
      const element: Open = { name: opened, attributes: readAttributes(attributes), children: [], text: '' };
      top.children.push(element);
      if (empty === '') stack.push(element);
    } else if (stack.pop()?.name !== closed) throw new Error(`\`</${closed}>\` closes nothing`);
  }
  if (at !== source.length) throw new Error(`no XML at ${at}: ${source.slice(at, at + 60)}`);
  const [only, ...rest] = root.children;
  if (stack.length !== 1 || only === undefined || rest.length > 0) throw new Error('one element, closed');
  return only;
}

function readAttributes(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of source.matchAll(new RegExp(` (${NAME})="([^"]*)"`, 'g'))) {
    if (Object.hasOwn(found, name)) throw new Error(`attribute \`${name}\` twice`);
    found[name] = unescaped(value);
  }
  return found;
}

function unescaped(text: string): string {
  return text.replace(/&(#(\d+);)?/g, (_, reference?: string, code?: string) => {
    if (reference === undefined) throw new Error('a bare ampersand');
    return String.fromCodePoint(Number(code));
  });
}

/** Every element with this name and class, in document order. */
export function elements(root: XmlElement, name: string, className?: string): XmlElement[] {
  const own = root.name === name && (className === undefined || root.attributes['class'] === className);
  return [...(own ? [root] : []), ...root.children.flatMap((c) => elements(c, name, className))];
}
