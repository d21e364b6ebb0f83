/** Checks `test` blocks: resolves names and requires literal paths. `language.md` defines the meaning of a test. */
import { ACTIONS, actionBit } from '../../abi/actions.js';
import { report } from '../../diagnostics/catalogue.js';
import { respell } from '../../diagnostics/suggest.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { GivenItem, Template, TestDecl, TestStep } from '../../parser/ast.js';
import type { CheckedGiven, CheckedStep, CheckedTest } from './policy.js';
import { literalText, type Env, type Values } from './values.js';

export function checkTest(test: TestDecl, env: Env, values: Values, out: Diagnostic[]): CheckedTest {
  const read = (template: Template): string | undefined => {
    const text = values.read(template, env);
    const literal = text === undefined ? undefined : literalText(text, template.span, out);
    if (literal !== '') return literal;
    out.push(report('LLP3017', { path: '' }, { span: template.span, help: 'write a path' }));
    return undefined;
  };
  const absolute = (template: Template): string | undefined => {
    const path = read(template);
    if (path === undefined || path.startsWith('/')) return path;
    out.push(report('LLP3017', { path }, { span: template.span, help: `write \`"/${path}"\`` }));
    return undefined;
  };
  return {
    name: test.name,
    span: test.span,
    given: test.given.flatMap((item) => checkGiven(item, read, absolute) ?? []),
    steps: test.steps.flatMap((item) => checkStep(item, read, out) ?? []),
  };
}

type Read = (template: Template) => string | undefined;

function checkGiven(item: GivenItem, read: Read, absolute: Read): CheckedGiven | undefined {
  const path = absolute(item.path);
  if (!('target' in item)) return path === undefined ? undefined : { kind: item.kind, path, span: item.span };
  // The target of a link is text and may be relative. A bind or a hard link names an object that exists already.
  const target = item.kind === 'link' ? read(item.target) : absolute(item.target);
  if (path === undefined || target === undefined) return undefined;
  return { kind: item.kind, path, target, span: item.span };
}

function checkStep(item: TestStep, read: Read, out: Diagnostic[]): CheckedStep | undefined {
  const path = read(item.path);
  if (item.kind === 'cd') return path === undefined ? undefined : { kind: 'cd', path, span: item.span };
  const action = actionBit(item.action.text);
  if (action === undefined) {
    const { text, span } = item.action;
    const help = 'an expectation is about one action, by its name';
    out.push(report('LLP2001', { name: text }, { span, ...(respell(text, ACTIONS, span) ?? { help }) }));
  }
  if (path === undefined || action === undefined) return undefined;
  return { kind: 'expect', effect: item.effect, action, path, span: item.span };
}
