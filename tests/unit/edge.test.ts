import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import {
  casesFor,
  differences,
  MIGRATION,
  PATHS,
  SESSIONS,
  SOCKETS,
  withSession,
} from '../../scripts/entry/cases.ts';
import type { EntryCase } from '../../scripts/entry/cases.ts';
import { edgeOn, entryCode, inNode } from '../../scripts/local/edge.ts';
import type { EdgeMap, EdgeRequest } from '../../scripts/local/edge.ts';
import { viewerHeader } from '../../scripts/local/viewer.ts';
import { viewerIn } from '../../src/app/identity.ts';
import { inNjs, MUST_HAVE_NJS, NJS, runInNjs } from '../support/njs.ts';

const SECRET = 'the secret of these tests';
const sign = (id: string, secret: string) => createHmac('sha256', secret).update(id).digest('base64url');
const get = (uri: string): EdgeRequest => ({ method: 'GET', uri, querystring: {}, headers: {}, cookies: {} });

/** A session as the function gives them, without asking it. */
const SESSION = `${'s'.repeat(32)}.${sign('s'.repeat(32), SECRET)}`;

const ENGINES = [
  { name: 'Node', engine: inNode, run: describe },
  { name: 'njs', engine: inNjs, run: NJS === undefined ? describe.skip : describe },
];

test('njs is there where it can be installed', () => {
  expect(MUST_HAVE_NJS && NJS === undefined).toBe(false);
});

for (const { name, engine, run } of ENGINES) {
  run(`the entry function in ${name}`, () => {
    const values = { 'session-secret': SECRET };
    const edge = edgeOn(engine(values));

    describe.each([
      ['sockets', SOCKETS],
      ['paths', PATHS],
      ['sessions', SESSIONS],
      ['migration', MIGRATION],
    ])('%s', (_of, cases) => {
      test.each(cases.map((each): [string, EntryCase] => [each.name, each]))('%s', async (_name, each) => {
        const share = each.share === undefined ? {} : { 'new-rooms-percent': each.share };
        const outcome = await engine({ ...values, ...share })(withSession(each.event, SESSION));
        expect(differences(each.answer, outcome.result)).toEqual([]);
        expect(outcome.origin).toBe(each.origin);
      });
    });

    const viewerOf = async (uri: string, headers: EdgeMap = {}) => {
      const request = await edge.viewerRequest({ ...get(uri), method: 'POST', headers }, '2001:db8::7');
      return 'headers' in request ? request.headers['x-liap-viewer']?.value : undefined;
    };

    test.each(['/api/session', '/api/leaderboard', '/ws/lobby'])(
      'proves to an API that it says itself who asks: %s',
      async (uri) => {
        const said = (await viewerOf(uri)) ?? '';
        expect(viewerIn(said, SECRET)).toBe('2001:db8::7');
        expect(viewerIn(said, 'another secret')).toBeNull();
        expect({ 'x-liap-viewer': said }).toEqual(viewerHeader(SECRET, '2001:db8::7'));
        const forged = { 'x-liap-viewer': { value: 'somebody.else' } };
        expect(await viewerOf(uri, forged)).toBe(said);
      },
    );

    const sessionOf = async () => {
      const ok = { statusCode: 200, statusDescription: 'OK', headers: {} };
      return (await edge.viewerResponse(get('/'), ok, '192.0.2.1')).cookies?.['liap_session']?.value ?? '';
    };

    test('signs the sessions it gives', async () => {
      const [id = '', mac] = (await sessionOf()).split('.');
      expect(mac).toBe(sign(id, SECRET));
    });

    test('gives every visitor another session', async () => {
      const sessions = new Set<string>();
      for (let visitor = 0; visitor < 20; visitor++) sessions.add(await sessionOf());
      expect(sessions.size).toBe(20);
    });
  });
}

test('a deployment asks each stage what its answer does not depend on, and all that belongs to its share', () => {
  const named = (cases: readonly EntryCase[]) => cases.map(({ name }) => name);
  const responses = SESSIONS.filter(({ event }) => event.response !== undefined);
  expect(named(casesFor(undefined))).toEqual(named([...SOCKETS, ...PATHS, ...SESSIONS]));
  for (const share of ['0', '50'] as const) {
    const own = MIGRATION.filter((each) => each.share === share && each.origin === undefined);
    expect(named(casesFor(share))).toEqual(named([...responses, ...own]));
  }
});

test('an answer differs where it lacks something, has something else, or has what must not be there', () => {
  expect(differences({ a: 1, b: { c: /^x/ }, d: null }, { a: 1, b: { c: 'xy' }, e: 2 })).toEqual([]);
  expect(differences({ a: 1, b: { c: /^x/ }, d: null }, { a: 2, d: '' })).toEqual([
    'answer.a is 2, not 1',
    'answer.b.c is undefined',
    'answer.d is ""',
  ]);
});

describe('the code CloudFront gets', () => {
  test('is at most 10 KB', () => {
    expect(Buffer.byteLength(entryCode())).toBeLessThanOrEqual(10 * 1024);
  });

  test('uses only the language that is documented for runtime 2.0', () => {
    expect(undocumented(entryCode())).toEqual([]);
  });

  test.each([
    ['await in arguments', 'async function f(g) { return Number(await g()); }'],
    ['await in arguments', 'async function f(g) { return Number(1 + (await g())); }'],
    ['await in arguments', 'async function f(g) { return new Date(await g()); }'],
    ['await in a template', 'async function f(g) { return `${await g()}`; }'],
    ['an async function in another', 'function f() { async function g() { return 1; } return g; }'],
    ['an async arrow function', 'const f = async () => 1;'],
    ['an async function expression', 'const f = async function () { return 1; };'],
    ['await outside a function', 'const a = await f();'],
    ['ExportKeyword', 'export function f() {}'],
    ['ExportAssignment', 'export default {};'],
    ['ExportDeclaration', 'const a = 1; export { a };'],
    ['NamedImports', "import { createHmac } from 'crypto';"],
    ['ForOfStatement', 'for (const a of b) c(a);'],
    ['ObjectBindingPattern', 'const { a } = b;'],
    ['ArrayBindingPattern', 'const [a] = b;'],
    ['SpreadElement', 'f([...a]);'],
    ['SpreadAssignment', 'f({ ...a });'],
    ['ClassDeclaration', 'class A {}'],
    ['QuestionDotToken', 'f(a?.b);'],
    ['QuestionQuestionToken', 'f(a ?? b);'],
    ['QuestionQuestionEqualsToken', 'a ??= b;'],
    ['AsteriskToken', 'function* f() {}'],
    ['ShorthandPropertyAssignment', 'f({ a });'],
    ['ComputedPropertyName', 'f({ [a]: 1 });'],
    ['MethodDeclaration', 'f({ a() {} });'],
    ['BigIntLiteral', 'f(1n);'],
    ['a default of a parameter', 'function f(a = 1) { return a; }'],
    ['TaggedTemplateExpression', 'f`a`;'],
    ['catch without a name', 'try { f(); } catch { g(); }'],
    ['DebuggerStatement', 'debugger;'],
  ])('may not have %s: %s', (what, script) => {
    expect(undocumented(script)).toContain(what);
  });

  (NJS === undefined ? test.skip : test)('is refused by njs with an await in arguments', async () => {
    const script = 'async function f(g) { return Number(await g()); }';
    await expect(runInNjs(script)).rejects.toThrow('await in arguments not supported');
  });
});

const { SyntaxKind } = ts;

/** ECMAScript 5.1, and what AWS lists beside it: const, let, async, await, arrows, rest parameters, templates, `**`, import. */
const DOCUMENTED: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.SourceFile,
  SyntaxKind.EndOfFileToken,
  SyntaxKind.ImportDeclaration,
  SyntaxKind.ImportClause,
  ...[SyntaxKind.VariableStatement, SyntaxKind.VariableDeclarationList, SyntaxKind.VariableDeclaration],
  ...[SyntaxKind.FunctionDeclaration, SyntaxKind.FunctionExpression, SyntaxKind.ArrowFunction],
  ...[SyntaxKind.Parameter, SyntaxKind.DotDotDotToken, SyntaxKind.AsyncKeyword],
  SyntaxKind.EqualsGreaterThanToken,
  ...[
    SyntaxKind.Block,
    SyntaxKind.ExpressionStatement,
    SyntaxKind.EmptyStatement,
    SyntaxKind.LabeledStatement,
  ],
  ...[SyntaxKind.IfStatement, SyntaxKind.SwitchStatement, SyntaxKind.CaseBlock],
  ...[SyntaxKind.CaseClause, SyntaxKind.DefaultClause],
  ...[SyntaxKind.ForStatement, SyntaxKind.ForInStatement, SyntaxKind.WhileStatement, SyntaxKind.DoStatement],
  ...[SyntaxKind.BreakStatement, SyntaxKind.ContinueStatement, SyntaxKind.ReturnStatement],
  ...[SyntaxKind.ThrowStatement, SyntaxKind.TryStatement, SyntaxKind.CatchClause],
  ...[SyntaxKind.Identifier, SyntaxKind.ThisKeyword, SyntaxKind.NullKeyword],
  ...[SyntaxKind.TrueKeyword, SyntaxKind.FalseKeyword],
  ...[SyntaxKind.StringLiteral, SyntaxKind.NumericLiteral, SyntaxKind.RegularExpressionLiteral],
  ...[SyntaxKind.NoSubstitutionTemplateLiteral, SyntaxKind.TemplateExpression, SyntaxKind.TemplateHead],
  ...[SyntaxKind.TemplateSpan, SyntaxKind.TemplateMiddle, SyntaxKind.TemplateTail],
  ...[SyntaxKind.ObjectLiteralExpression, SyntaxKind.PropertyAssignment, SyntaxKind.ArrayLiteralExpression],
  ...[SyntaxKind.PropertyAccessExpression, SyntaxKind.ElementAccessExpression],
  ...[SyntaxKind.CallExpression, SyntaxKind.NewExpression, SyntaxKind.AwaitExpression],
  ...[SyntaxKind.ParenthesizedExpression, SyntaxKind.ConditionalExpression, SyntaxKind.BinaryExpression],
  ...[SyntaxKind.PrefixUnaryExpression, SyntaxKind.PostfixUnaryExpression],
  ...[SyntaxKind.TypeOfExpression, SyntaxKind.VoidExpression, SyntaxKind.DeleteExpression],
  // Of the conditional operator.
  ...[SyntaxKind.QuestionToken, SyntaxKind.ColonToken],
]);
const LATER_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.QuestionQuestionToken,
  SyntaxKind.QuestionQuestionEqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
]);

/** What a script has that CloudFront does not say it understands. */
function undocumented(script: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, parents: readonly ts.Node[]): void => {
    const isOperator = parents[0] !== undefined && ts.isBinaryExpression(parents[0]) && ts.isToken(node);
    const isKnown = DOCUMENTED.has(node.kind) || (isOperator && !LATER_OPERATORS.has(node.kind));
    if (!isKnown) found.push(nameOf(node.kind));
    found.push(...misplaced(node, parents));
    node.forEachChild((child) => visit(child, [node, ...parents]));
  };
  visit(ts.createSourceFile('entry.js', script, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS), []);
  return found;
}

// The enumeration has second names for the ends of ranges; the first is the kind's own.
const nameOf = (kind: ts.SyntaxKind): string =>
  Object.entries(SyntaxKind).find(([, value]) => value === kind)?.[0] ?? String(kind);

function misplaced(node: ts.Node, parents: readonly ts.Node[]): string[] {
  if (ts.isAwaitExpression(node)) return misplacedAwait(node, parents);
  if (ts.isParameter(node)) return node.initializer === undefined ? [] : ['a default of a parameter'];
  if (ts.isCatchClause(node)) return node.variableDeclaration === undefined ? ['catch without a name'] : [];
  if (!ts.isFunctionLike(node) || !ts.canHaveModifiers(node)) return [];
  const isAsync = ts.getModifiers(node)?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword) ?? false;
  if (!isAsync) return [];
  if (ts.isArrowFunction(node)) return ['an async arrow function'];
  if (ts.isFunctionExpression(node)) return ['an async function expression'];
  return parents.some((parent) => ts.isFunctionLike(parent)) ? ['an async function in another'] : [];
}

/** Up to the function it belongs to, an await may be no part of an argument or a template. */
function misplacedAwait(node: ts.Node, parents: readonly ts.Node[]): string[] {
  const end = parents.findIndex((parent) => ts.isFunctionLike(parent));
  if (end === -1) return ['await outside a function'];
  return parents.slice(0, end).flatMap((parent, index) => {
    const inner = index === 0 ? node : parents[index - 1];
    if (ts.isTemplateSpan(parent)) return ['await in a template'];
    const isCall = ts.isCallExpression(parent) || ts.isNewExpression(parent);
    return isCall && parent.arguments?.some((argument) => argument === inner) ? ['await in arguments'] : [];
  });
}
