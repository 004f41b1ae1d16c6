import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { loadEdge } from '../../scripts/local/edge.ts';
import type { EdgeMap, EdgeRequest, EdgeResponse } from '../../scripts/local/edge.ts';
import { viewerIn } from '../../src/app/identity.ts';

const SECRET = 'the secret of these tests';
const edge = loadEdge({ 'session-secret': SECRET });

const get = (uri: string, parts: { querystring?: EdgeMap; cookies?: EdgeMap } = {}): EdgeRequest => ({
  method: 'GET',
  uri,
  querystring: {},
  headers: {},
  cookies: {},
  ...parts,
});
const ok = (): EdgeResponse => ({ statusCode: 200, statusDescription: 'OK', headers: {} });
const sign = (id: string, secret: string) => createHmac('sha256', secret).update(id).digest('base64url');
const routed = (uri: string, querystring: EdgeMap = {}) =>
  edge.viewerRequest(get(uri, { querystring }), '192.0.2.1');
const cookieOf = async (uri: string, cookies: EdgeMap = {}) =>
  (await edge.viewerResponse(get(uri, { cookies }), ok(), '192.0.2.1')).cookies?.['liap_session'];

describe('the path of a socket', () => {
  test('names the room, which moves to the query', async () => {
    expect(await routed('/ws/ABC234')).toMatchObject({
      uri: '/',
      querystring: { room_id: { value: 'ABC234' } },
    });
    expect(await routed('/ws/lobby')).toMatchObject({
      uri: '/',
      querystring: { room_id: { value: 'lobby' } },
    });
  });

  test('takes a session along, and no other parameter', async () => {
    const request = await routed('/ws/lobby', {
      session: { value: 'abc' },
      room_id: { value: 'OTHER' },
      x: { value: '1' },
    });
    expect(request).toMatchObject({
      querystring: { room_id: { value: 'lobby' }, session: { value: 'abc' } },
    });
    expect(Object.keys((request as EdgeRequest).querystring)).toHaveLength(2);
  });

  test.each(['/ws', '/ws/', '/ws/a/b', '/ws/a%20b', '/ws/..'])(
    'that names no room is answered 404: %s',
    async (uri) => {
      expect(await routed(uri)).toMatchObject({ statusCode: 404 });
    },
  );
});

describe('who asks for a session', () => {
  const viewerOf = async (uri: string, headers: EdgeMap = {}) => {
    const request = await edge.viewerRequest({ ...get(uri), method: 'POST', headers }, '2001:db8::7');
    return 'headers' in request ? request.headers['x-liap-viewer']?.value : undefined;
  };

  test('is told to the API with a proof that the entry says it', async () => {
    expect(viewerIn(await viewerOf('/api/session'), SECRET)).toBe('2001:db8::7');
    expect(viewerIn(await viewerOf('/api/session'), 'another secret')).toBeNull();
  });

  test('is not what the viewer says', async () => {
    const forged = { 'x-liap-viewer': { value: 'somebody.else' } };
    expect(viewerIn(await viewerOf('/api/session', forged), SECRET)).toBe('2001:db8::7');
  });

  test('is of no interest to the rest of the API', async () => {
    expect(await viewerOf('/api/health')).toBeUndefined();
  });
});

describe('the path of a page', () => {
  test.each(['/', '/room/ABC234', '/game/ABC234', '/replay/ABC234', '/administer', '/room/', '/wsx', '/api'])(
    'that is a view of the client is the one page: %s',
    async (uri) => {
      expect(await routed(uri)).toMatchObject({ uri: '/index.html' });
    },
  );

  test.each(['/admin', '/admin/', '/admin/rooms', '/admin/rooms/ABC234'])(
    'that is a view for operators is their page: %s',
    async (uri) => {
      expect(await routed(uri)).toMatchObject({ uri: '/admin.html' });
    },
  );

  test.each(['/app.js', '/assets/tile-1.svg', '/index.html', '/api/health', '/api/rooms/ABC234/events'])(
    'that is a file or an endpoint stays as it is: %s',
    async (uri) => {
      expect(await routed(uri, { after: { value: '3' } })).toMatchObject({
        uri,
        querystring: { after: { value: '3' } },
      });
    },
  );
});

describe('the session cookie', () => {
  test('comes with a page asked for without one, signed, for scripts and foreign pages out of reach', async () => {
    const cookie = await cookieOf('/');
    const [id = '', mac = ''] = cookie?.value.split('.') ?? [];
    expect(id).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(mac).toBe(sign(id, SECRET));
    expect(cookie?.attributes).toBe('HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=34560000');
  });

  test('is another for every visitor', async () => {
    const values = await Promise.all(Array.from({ length: 50 }, async () => (await cookieOf('/'))?.value));
    expect(new Set(values).size).toBe(50);
  });

  test('makes its page uncacheable', async () => {
    const response = await edge.viewerResponse(get('/index.html'), ok(), '192.0.2.1');
    expect(response.headers).toEqual({ 'cache-control': { value: 'no-store' } });
  });

  test('is left alone when it is one of ours', async () => {
    const cookie = await cookieOf('/room/ABC234');
    expect(await cookieOf('/index.html', { liap_session: { value: cookie?.value ?? '' } })).toBeUndefined();
  });

  const id = 'a'.repeat(32);
  test.each([
    ['empty', ''],
    ['not a token', 'abc'],
    ['without a mac', id],
    ['signed with another secret', `${id}.${sign(id, 'another secret')}`],
    ['signed for another id', `${'b'.repeat(32)}.${sign(id, SECRET)}`],
  ])('is replaced when it is %s', async (_what, value) => {
    expect((await cookieOf('/', { liap_session: { value } }))?.value).toMatch(/^.{32}\..{43}$/);
  });

  test.each(['/app.js', '/api/health', '/ws/lobby', '/favicon.ico'])(
    'does not come with what is no page: %s',
    async (uri) => {
      expect(await cookieOf(uri)).toBeUndefined();
    },
  );
});

describe('the file CloudFront runs', () => {
  const source = readFileSync(new URL('../../src/edge/entry.js', import.meta.url), 'utf8');

  test('is below 10 KB', () => {
    expect(Buffer.byteLength(source)).toBeLessThan(10 * 1024);
  });

  test('uses only the language of runtime 2.0', () => {
    expect(newerSyntax(source)).toEqual([]);
    expect(newerSyntax('const {a} = b?.c ?? [...d]; for (const e of f) class {}').length).toBeGreaterThan(4);
  });
});

const NEWER: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.SpreadElement,
  ts.SyntaxKind.SpreadAssignment,
  ts.SyntaxKind.ObjectBindingPattern,
  ts.SyntaxKind.ArrayBindingPattern,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.ClassExpression,
  ts.SyntaxKind.QuestionDotToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.YieldExpression,
  ts.SyntaxKind.ShorthandPropertyAssignment,
  ts.SyntaxKind.ComputedPropertyName,
  ts.SyntaxKind.MethodDeclaration,
]);

/** The names of the syntax in a script that CloudFront's runtime 2.0 (ES 5.1 and a list of later features) lacks. */
function newerSyntax(script: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (NEWER.has(node.kind)) found.push(ts.SyntaxKind[node.kind]);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('entry.js', script, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS));
  return found;
}
