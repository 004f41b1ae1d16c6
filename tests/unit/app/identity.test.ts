import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { viewerHeader } from '../../../scripts/local/viewer.ts';
import { createIdentity, isSame, sessionIn, viewerThrough } from '../../../src/app/identity.ts';
import type { SessionSecret } from '../../../src/app/identity.ts';
import { commandIdOf, roomIdOf } from '../../../src/app/ids.ts';

const identity = createIdentity('the stage’s secret');

describe('a session', () => {
  test('is verified by its signature alone, and always names the same player', () => {
    const { token, player } = identity.issue();
    expect(token).toMatch(/^[\w-]{32}\.[\w-]{43}$/);
    expect(player).toMatch(/^[\w-]{22}$/);
    expect(identity.playerOf(token)).toBe(player);
    expect(createIdentity('the stage’s secret').playerOf(token)).toBe(player);
  });

  test('is never issued twice', () => {
    const issued = Array.from({ length: 200 }, () => identity.issue());
    expect(new Set(issued.map(({ token }) => token)).size).toBe(200);
    expect(new Set(issued.map(({ player }) => player)).size).toBe(200);
  });

  test('of another secret is not ours', () => {
    expect(identity.playerOf(createIdentity('another secret').issue().token)).toBeNull();
  });

  test('cannot be told from the player it stands for', () => {
    const { token, player } = identity.issue();
    expect(token).not.toContain(player);
    expect(identity.playerOf(player)).toBeNull();
  });

  test('with any character changed, left out or added is not ours', () => {
    const { token } = identity.issue();
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('', 'a', 'Z', '.', '=', ' ', '-é'),
        (at, other) => {
          const forged = token.slice(0, at) + other + token.slice(at + 1);
          return forged === token || identity.playerOf(forged) === null;
        },
      ),
    );
    for (const near of [`${token}=`, ` ${token}`, `${token}\n`, token.toUpperCase(), '', '.'])
      expect(identity.playerOf(near)).toBeNull();
  });

  test('of arbitrary text is nobody’s', () => {
    fc.assert(fc.property(fc.string(), (text) => identity.playerOf(text) === null));
  });

  test('cannot be signed anew for another id', () => {
    const [one, other] = [identity.issue().token, identity.issue().token];
    expect(identity.playerOf(`${one.split('.')[0] ?? ''}.${other.split('.')[1] ?? ''}`)).toBeNull();
  });
});

describe('where a session is found', () => {
  test.each([
    [{ cookie: 'liap_session=abc' }, 'abc'],
    [{ cookie: 'theme=dark; liap_session=abc; lang=en' }, 'abc'],
    [{ cookie: 'not_liap_session=x;liap_session=abc' }, 'abc'],
    [{ query: 'def' }, 'def'],
    [{ cookie: 'liap_session=abc', query: 'def' }, 'abc'],
    [{ cookie: 'theme=dark', query: 'def' }, 'def'],
    [{ cookie: 'liap_session=', query: 'def' }, ''],
    [{ cookie: 'theme=dark' }, null],
    [{}, null],
  ])('%j gives %j', (from, expected) => {
    expect(sessionIn(from)).toBe(expected);
  });
});

describe('who comes through the entry', () => {
  const { 'x-liap-viewer': signed = '' } = viewerHeader('new', '192.0.2.1');

  test('is known by the signature, whatever the address looks like', async () => {
    for (const address of ['192.0.2.1', '2001:db8::7', '', '1.'.repeat(2_000)])
      expect(
        await viewerThrough(viewerHeader('new', address)['x-liap-viewer'], () => Promise.resolve('new')),
      ).toBe(address);
  });

  test('passes at once when the secret has just been changed: the one that was kept is doubted', async () => {
    const asked: boolean[] = [];
    const secret: SessionSecret = (isDoubted = false) => {
      asked.push(isDoubted);
      return Promise.resolve(isDoubted ? 'new' : 'old');
    };
    expect(await viewerThrough(signed, secret)).toBe('192.0.2.1');
    expect(asked).toEqual([false, true]);
  });

  test('is not asked after when nothing is said: no secret is read for that', async () => {
    expect(await viewerThrough(undefined, () => Promise.reject(new Error('read')))).toBeNull();
  });
});

describe('secrets', () => {
  test('are the same when every character is', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => isSame(one, other) === (one === other)));
    fc.assert(fc.property(fc.string(), (text) => isSame(text, text)));
  });
});

describe('ids made from requests', () => {
  test('are the same for the same request and the same candidate', () => {
    expect(roomIdOf('ann:1', 0)).toBe(roomIdOf('ann:1', 0));
    expect(commandIdOf('frame-1')).toBe(commandIdOf('frame-1'));
  });

  test('of rooms are six letters and digits that nobody mistakes for each other, another for each candidate', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(7), (request, candidate) => {
        expect(roomIdOf(request, candidate)).toMatch(/^[A-HJ-NP-Z2-9]{6}$/);
      }),
    );
    expect(new Set(Array.from({ length: 50 }, (_, candidate) => roomIdOf('ann:1', candidate))).size).toBe(50);
  });

  test('of commands are short and different', () => {
    const ids = Array.from({ length: 1_000 }, (_, place) => commandIdOf(`frame-${place}`));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.every((id) => /^[\w-]{11}$/.test(id))).toBe(true);
  });
});
