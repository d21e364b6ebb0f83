/**
 * The grammar, as one Chevrotain class. The production of each method is in the comment above it; the method returns
 * the node of the syntax tree. `restrict.ts` checks what the grammar cannot express.
 *
 * Complete lists are copied, because an array that has grown reserves unused memory as long as the tree is kept.
 *
 * Invariant: after recovery from an error, a node may lack parts (a missing name has an empty text). The error is then
 * reported.
 */
import type { ParserMethod } from 'chevrotain';
import { EOF } from './chevrotain.js';
import type { Span } from '../diagnostics/types.js';
import type * as ast from './ast.js';
import { NodeParser, type ReachedPath } from './node-parser.js';
import { onlyRules } from './restrict.js';
import * as t from './tokens.js';

type Production<T> = ParserMethod<[], T>;

export class PolicyParser extends NodeParser {
  constructor(skipValidations = true) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  // PolicyFile = [ Version ] { Import | Param | Actions | Fragment | Policy | Assert | Accept | Test }
  readonly policyFile: Production<ast.PolicyFile> = this.RULE('policyFile', (): ast.PolicyFile => {
    const imports: ast.ImportDecl[] = [];
    const params: ast.ParamDecl[] = [];
    const actions: ast.ActionsDecl[] = [];
    const fragments: ast.FragmentDecl[] = [];
    const policies: ast.PolicyDecl[] = [];
    const assertions: ast.AssertDecl[] = [];
    const accepts: ast.AcceptDecl[] = [];
    const tests: ast.TestDecl[] = [];
    const version = this.OPTION(() => this.SUBRULE(this.version));
    this.MANY(() => {
      this.OR([
        { ALT: () => add(imports, this.SUBRULE(this.importDecl)) },
        { ALT: () => add(params, this.SUBRULE(this.paramDecl)) },
        { ALT: () => add(actions, this.SUBRULE(this.actionsDecl)) },
        { ALT: () => add(fragments, this.SUBRULE(this.fragmentDecl)) },
        { ALT: () => add(policies, this.SUBRULE(this.policyDecl)) },
        { ALT: () => add(assertions, this.SUBRULE(this.assertDecl)) },
        { ALT: () => add(accepts, this.SUBRULE(this.acceptDecl)) },
        { ALT: () => add(tests, this.SUBRULE(this.testDecl)) },
      ]);
    });
    this.CONSUME(EOF);
    const span = { source: this.source, start: 0, end: this.length };
    const declared = { imports, params, actions, fragments, policies, assertions, accepts, tests };
    return { kind: 'file', span, version, ...declared };
  });

  // Version = "llp" Integer ";"
  readonly version: Production<number> = this.RULE('version', (): number => {
    this.CONSUME(t.Llp);
    const number = this.CONSUME(t.Integer);
    this.endWith('version', this.CONSUME(t.Semicolon));
    return Number(number.image);
  });

  // Import = "import" String ";"
  readonly importDecl: Production<ast.ImportDecl> = this.RULE('importDecl', (): ast.ImportDecl => {
    const first = this.CONSUME(t.Import);
    const path = this.templateFrom(this.CONSUME(t.Text), 'an import');
    this.endWith('importDecl', this.CONSUME(t.Semicolon));
    return { kind: 'import', span: this.spanFrom(first), path };
  });

  // Param = "param" TypedName [ "=" String ] ";"
  readonly paramDecl: Production<ast.ParamDecl> = this.RULE('paramDecl', (): ast.ParamDecl => {
    const first = this.CONSUME(t.Param);
    const { name, type } = this.SUBRULE(this.typedName) ?? this.noTypedName();
    const value = this.OPTION(() => {
      this.CONSUME(t.Equals);
      return this.templateFrom(this.CONSUME(t.Text));
    });
    this.endWith('paramDecl', this.CONSUME(t.Semicolon));
    return { kind: 'param', span: this.spanFrom(first), name, type, default: value };
  });

  // TypedName = Identifier ":" Identifier
  readonly typedName: Production<{ name: ast.Name; type: ast.ParamType; span: Span }> = this.RULE(
    'typedName',
    (): { name: ast.Name; type: ast.ParamType; span: Span } => {
      const first = this.CONSUME(t.Identifier);
      this.CONSUME(t.Colon);
      const type = this.CONSUME2(t.Identifier);
      return { name: this.nameFrom(first), type: this.paramType(type), span: this.spanFrom(first) };
    },
  );

  // Actions = "actions" Identifier "=" SetExpr ";"
  readonly actionsDecl: Production<ast.ActionsDecl> = this.RULE('actionsDecl', (): ast.ActionsDecl => {
    const first = this.CONSUME(t.Actions);
    const name = this.nameFrom(this.CONSUME(t.Identifier));
    this.CONSUME(t.Equals);
    const set = this.SUBRULE(this.setExpr) ?? this.noSet();
    this.endWith('actionsDecl', this.CONSUME(t.Semicolon));
    return { kind: 'actions', span: this.spanFrom(first), name, set };
  });

  // SetExpr = "all" [ "except" NameList ] | NameList
  readonly setExpr: Production<ast.SetExpr> = this.RULE('setExpr', (): ast.SetExpr => {
    const first = this.LA(1);
    let names: ast.Name[] = [];
    const all = this.OR([
      {
        ALT: () => {
          this.CONSUME(t.All);
          this.OPTION(() => {
            this.CONSUME(t.Except);
            names = this.SUBRULE(this.nameList) ?? [];
          });
          return true;
        },
      },
      {
        ALT: () => {
          names = this.SUBRULE2(this.nameList) ?? [];
          return false;
        },
      },
    ]);
    return { kind: 'set', span: this.spanFrom(first), all, names };
  });

  // NameList = Identifier { "," Identifier }
  readonly nameList: Production<ast.Name[]> = this.RULE('nameList', (): ast.Name[] => {
    const names = [this.nameFrom(this.CONSUME(t.Identifier))];
    this.MANY(() => {
      this.CONSUME(t.Comma);
      names.push(this.nameFrom(this.CONSUME2(t.Identifier)));
    });
    return names.some((n) => n.text === '') ? names.filter((n) => n.text !== '') : names.slice();
  });

  // Fragment = "fragment" Identifier [ "(" TypedName { "," TypedName } ")" ] Block
  readonly fragmentDecl: Production<ast.FragmentDecl> = this.RULE('fragmentDecl', (): ast.FragmentDecl => {
    const first = this.CONSUME(t.Fragment);
    const name = this.nameFrom(this.CONSUME(t.Identifier));
    const params: ast.ParamDecl[] = [];
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        DEF: () => {
          const typed = this.SUBRULE(this.typedName);
          if (typed !== undefined) params.push({ kind: 'param', default: undefined, ...typed });
        },
      });
      this.CONSUME(t.RightParen);
    });
    const items = this.SUBRULE(this.block) ?? [];
    return { kind: 'fragment', span: this.spanFrom(first), name, params, items };
  });

  // Policy = "policy" String "{" { Default | Assert | Accept | ScopeItem } "}"
  readonly policyDecl: Production<ast.PolicyDecl> = this.RULE('policyDecl', (): ast.PolicyDecl => {
    const first = this.CONSUME(t.Policy);
    const name = this.CONSUME(t.Text);
    const defaults: ast.DefaultDecl[] = [];
    const assertions: ast.AssertDecl[] = [];
    const accepts: ast.AcceptDecl[] = [];
    const items: ast.ScopeItem[] = [];
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.OR([
        { ALT: () => add(defaults, this.SUBRULE(this.defaultDecl)) },
        { ALT: () => add(assertions, this.SUBRULE(this.assertDecl)) },
        { ALT: () => add(accepts, this.SUBRULE(this.acceptDecl)) },
        { ALT: () => add(items, this.SUBRULE(this.scopeItem)) },
      ]);
    });
    this.CONSUME(t.RightBrace);
    const text = this.plainFrom(name, 'the name of a policy');
    return {
      kind: 'policy',
      span: this.spanFrom(first),
      name: text,
      nameSpan: this.spanOf(name),
      defaults,
      assertions,
      accepts,
      items,
    };
  });

  // Default = "default" Verdict ";"
  readonly defaultDecl: Production<ast.DefaultDecl> = this.RULE('defaultDecl', (): ast.DefaultDecl => {
    const first = this.CONSUME(t.Default);
    const effect = this.SUBRULE(this.verdict) ?? 'deny';
    this.endWith('defaultDecl', this.CONSUME(t.Semicolon));
    return { kind: 'default', span: this.spanFrom(first), effect };
  });

  // Assert = "assert" ( "never" ( "gains" SetExpr | SetExpr Place ) | "always" SetExpr Place ) ";"
  readonly assertDecl: Production<ast.AssertDecl> = this.RULE('assertDecl', (): ast.AssertDecl => {
    const first = this.CONSUME(t.Assert);
    let set: ast.SetExpr | undefined;
    let place: ReachedPath | undefined;
    let claim: ast.Claim | 'gains' = 'never';
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Never);
          this.OR2([
            {
              ALT: () => {
                claim = this.word(t.Gains, 'gains');
                set = this.SUBRULE(this.setExpr);
              },
            },
            {
              ALT: () => {
                set = this.SUBRULE2(this.setExpr);
                place = this.SUBRULE(this.place);
              },
            },
          ]);
        },
      },
      {
        ALT: () => {
          claim = this.word(t.Always, 'always');
          set = this.SUBRULE3(this.setExpr);
          place = this.SUBRULE2(this.place);
        },
      },
    ]);
    this.endWith('assertDecl', this.CONSUME(t.Semicolon));
    return this.ACTION(() => this.assertion(claim, this.spanFrom(first), set, place));
  });

  // Place = ( "under" | "at" ) String
  readonly place: Production<ReachedPath> = this.RULE('place', (): ReachedPath => {
    const reach = this.OR<ast.Reach>([
      { ALT: () => this.word(t.Under, 'under') },
      { ALT: () => this.word(t.At, 'at') },
    ]);
    return { reach, path: this.templateFrom(this.CONSUME(t.Text)) };
  });

  // Accept = "accept" ( "gains" SetExpr | "unenforced" SetExpr "on" Identifier ) ";"
  readonly acceptDecl: Production<ast.AcceptDecl> = this.RULE('acceptDecl', (): ast.AcceptDecl => {
    const first = this.CONSUME(t.Accept);
    let set: ast.SetExpr | undefined;
    let target: ast.Name | undefined;
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Gains);
          set = this.SUBRULE(this.setExpr);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Unenforced);
          set = this.SUBRULE2(this.setExpr);
          this.CONSUME(t.On);
          target = this.nameFrom(this.CONSUME(t.Identifier));
        },
      },
    ]);
    this.endWith('acceptDecl', this.CONSUME(t.Semicolon));
    return this.ACTION(() => this.acceptance(this.spanFrom(first), set, target));
  });

  // Verdict = "allow" | "deny"
  readonly verdict: Production<'allow' | 'deny'> = this.RULE('verdict', (): 'allow' | 'deny' =>
    this.OR<'allow' | 'deny'>([
      { ALT: () => this.word(t.Allow, 'allow') },
      { ALT: () => this.word(t.Deny, 'deny') },
    ]),
  );

  // Block = "{" { ScopeItem } "}"
  readonly block: Production<ast.ScopeItem[]> = this.RULE('block', (): ast.ScopeItem[] => {
    const items: ast.ScopeItem[] = [];
    this.CONSUME(t.LeftBrace);
    this.MANY(() => add(items, this.SUBRULE(this.scopeItem)));
    this.CONSUME(t.RightBrace);
    return items.slice();
  });

  // ScopeItem = Use | Scope | Here | Rule
  readonly scopeItem: Production<ast.ScopeItem> = this.RULE('scopeItem', (): ast.ScopeItem =>
    this.OR<ast.ScopeItem>([
      { ALT: () => this.SUBRULE(this.useDecl) },
      { ALT: () => this.SUBRULE(this.scopeDecl) },
      { ALT: () => this.SUBRULE(this.hereDecl) },
      { ALT: () => this.SUBRULE(this.ruleDecl) },
    ]),
  );

  // Use = "use" Identifier [ "(" String { "," String } ")" ] ";"
  readonly useDecl: Production<ast.UseDecl> = this.RULE('useDecl', (): ast.UseDecl => {
    const first = this.CONSUME(t.Use);
    const name = this.nameFrom(this.CONSUME(t.Identifier));
    const args: ast.Template[] = [];
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => args.push(this.templateFrom(this.CONSUME(t.Text))) });
      this.CONSUME(t.RightParen);
    });
    this.endWith('useDecl', this.CONSUME(t.Semicolon));
    return { kind: 'use', span: this.spanFrom(first), name, args };
  });

  // Scope = ( "dir" | "file" ) [ "?" ] String Block
  readonly scopeDecl: Production<ast.ScopeDecl> = this.RULE('scopeDecl', (): ast.ScopeDecl => {
    const first = this.LA(1);
    const object = this.OR<'dir' | 'file'>([
      { ALT: () => this.word(t.Dir, 'dir') },
      { ALT: () => this.word(t.File, 'file') },
    ]);
    const optional = this.OPTION(() => this.CONSUME(t.Question)) !== undefined;
    const path = this.templateFrom(this.CONSUME(t.Text));
    const items = this.SUBRULE(this.block) ?? [];
    const allowed = object === 'file' ? this.ACTION(() => onlyRules(items, '`file`', this.problems)) : items;
    return { kind: 'scope', span: this.spanFrom(first), object, optional, path, items: allowed };
  });

  // Here = "here" Block
  readonly hereDecl: Production<ast.HereDecl> = this.RULE('hereDecl', (): ast.HereDecl => {
    const first = this.CONSUME(t.Here);
    const items = this.SUBRULE(this.block) ?? [];
    return {
      kind: 'here',
      span: this.spanFrom(first),
      items: this.ACTION(() => onlyRules(items, '`here`', this.problems)),
    };
  });

  // Rule = ( "allow" | "deny" | "forbid" ) SetExpr ";"
  readonly ruleDecl: Production<ast.RuleDecl> = this.RULE('ruleDecl', (): ast.RuleDecl => {
    const first = this.LA(1);
    const effect = this.OR<ast.Effect>([
      { ALT: () => this.word(t.Allow, 'allow') },
      { ALT: () => this.word(t.Deny, 'deny') },
      { ALT: () => this.word(t.Forbid, 'forbid') },
    ]);
    const set = this.SUBRULE(this.setExpr) ?? this.noSet();
    this.endWith('ruleDecl', this.CONSUME(t.Semicolon));
    return { kind: 'rule', span: this.spanFrom(first), effect, set };
  });

  // Test = "test" String "{" [ "given" "{" { GivenItem } "}" ] { TestStep } "}"
  readonly testDecl: Production<ast.TestDecl> = this.RULE('testDecl', (): ast.TestDecl => {
    const first = this.CONSUME(t.Test);
    const name = this.CONSUME(t.Text);
    const given: ast.GivenItem[] = [];
    const steps: ast.TestStep[] = [];
    this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      this.CONSUME(t.Given);
      this.CONSUME2(t.LeftBrace);
      this.MANY(() => add(given, this.SUBRULE(this.givenItem)));
      this.CONSUME(t.RightBrace);
    });
    this.MANY2(() => add(steps, this.SUBRULE(this.testStep)));
    this.CONSUME2(t.RightBrace);
    return {
      kind: 'test',
      span: this.spanFrom(first),
      name: this.plainFrom(name, 'the name of a test'),
      given,
      steps,
    };
  });

  // GivenItem = ( "file" | "dir" | "link" | "bind" | "hardlink" ) String [ "->" String ] ";"
  // The last three need a target, and the first two take none: `given` checks it.
  readonly givenItem: Production<ast.GivenItem> = this.RULE('givenItem', (): ast.GivenItem => {
    const first = this.LA(1);
    const kind = this.OR<'file' | 'dir' | 'link' | 'bind' | 'hardlink'>([
      { ALT: () => this.word(t.File, 'file') },
      { ALT: () => this.word(t.Dir, 'dir') },
      { ALT: () => this.word(t.Link, 'link') },
      { ALT: () => this.word(t.Bind, 'bind') },
      { ALT: () => this.word(t.Hardlink, 'hardlink') },
    ]);
    const path = this.templateFrom(this.CONSUME(t.Text));
    const target = this.OPTION(() => {
      this.CONSUME(t.Arrow);
      return this.templateFrom(this.CONSUME2(t.Text));
    });
    this.endWith('givenItem', this.CONSUME(t.Semicolon));
    return this.ACTION(() => this.given(kind, this.spanFrom(first), path, target));
  });

  // TestStep = "expect" Verdict Identifier String ";" | "cd" String ";"
  readonly testStep: Production<ast.TestStep> = this.RULE('testStep', (): ast.TestStep => {
    const first = this.LA(1);
    return this.OR<ast.TestStep>([
      {
        ALT: () => {
          this.CONSUME(t.Expect);
          const effect = this.SUBRULE(this.verdict) ?? 'allow';
          const action = this.nameFrom(this.CONSUME(t.Identifier));
          const path = this.templateFrom(this.CONSUME(t.Text));
          this.endWith('testStep', this.CONSUME(t.Semicolon));
          return { kind: 'expect', span: this.spanFrom(first), effect, action, path };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Cd);
          const path = this.templateFrom(this.CONSUME2(t.Text));
          this.endWith('testStep', this.CONSUME2(t.Semicolon));
          return { kind: 'cd', span: this.spanFrom(first), path };
        },
      },
    ]);
  });
}

/** Adds an item to a list, unless it is undefined: the result of a rule that failed. */
function add<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item);
}
