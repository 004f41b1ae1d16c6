/** What the documents say of the code is true: names, numbers and links that a machine can compare. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseSettings } from '../../src/app/settings.ts';
import { parseClientFrame } from '../../src/protocol/client-frames.ts';
import { AVATAR_COLOURS } from '../../src/room/room.ts';
import packageFile from '../../package.json' with { type: 'json' };
import {
  brokenLinksOf,
  codeIn,
  fieldsIn,
  markdownIn,
  read,
  ROOT,
  tableOf,
  tablesOf,
} from '../support/documents.ts';
import { readWireTypes } from '../support/wire-types.ts';

const README = read('README.md');
const PROTOCOL = read('docs/protocol.md');
const DOCUMENTS = ['README.md', ...markdownIn('docs')];
const SETTINGS = parseSettings('{}');
const service = parse(read('serverless.yml')) as {
  readonly params: { readonly default: Readonly<Record<string, unknown>> };
  readonly functions: Readonly<
    Record<string, { readonly events?: readonly { readonly httpApi?: string }[] }>
  >;
};

describe('commands', () => {
  it('that a document gives are scripts of the package', () => {
    const given = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/(?:npm run|npm (?=start\b|test\b))\s*([\w:]+)/g)].map(([, name]) => name),
    );
    expect(given.length).toBeGreaterThan(0);
    expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(given));
  });

  it('of the package are all in the table of the README', () => {
    const rows = tableOf(README, 'command').map(([command]) => codeIn(command)[0]);
    const scripts = Object.keys(packageFile.scripts).map((script) =>
      ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`,
    );
    expect(rows).toEqual(expect.arrayContaining(scripts));
  });
});

describe('settings', () => {
  it('are in the README with the defaults of the code', () => {
    const rows = tableOf(README, 'setting').map(([name, usual]) => [codeIn(name)[0], Number(usual)]);
    expect(Object.fromEntries(rows)).toEqual(SETTINGS);
  });

  it('are parameters of a stage with the same defaults, and every one reaches the functions', () => {
    const { default: usual } = service.params;
    expect(usual).toMatchObject(SETTINGS);
    const passed = [...String(usual['gameSettings']).matchAll(/"(\w+)":\$\{param:(\w+)\}/g)];
    expect(passed.map(([, name, parameter]) => [name, parameter])).toEqual(
      Object.keys(SETTINGS).map((name) => [name, name]),
    );
  });

  it('are called in the rules what they are called in the code', () => {
    const named = [...read('docs/rules.md').matchAll(/setting,\s+`(\w+)`/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(SETTINGS).sort());
  });

  it('of npm start in the README are the variables that it reads', () => {
    const [, schema = ''] =
      /environmentSchema = z\.object\(\{(.*?)^\}\)/ms.exec(read('scripts/local/start.ts')) ?? [];
    const variables = [...schema.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
    const rows = tableOf(README, 'variable').map(([name]) => codeIn(name)[0]);
    expect(rows.sort()).toEqual(variables.sort());
  });
});

describe('the wire', () => {
  const types = readWireTypes();
  const [clientEvents = [], serverEvents = []] = tablesOf(PROTOCOL, 'event');

  it('has the error codes of the code, and no others', () => {
    const rows = tableOf(PROTOCOL, 'code').map(([code]) => codeIn(code)[0]);
    expect(rows.sort()).toEqual([...types.literalsOf('ErrorCode')].sort());
  });

  it('has every event a client may send under each of its names, and no others', () => {
    const answer = parseClientFrame('{"event":"?"}');
    const known = answer.ok ? [] : (answer.details['known'] as readonly string[]);
    expect(clientEvents.flatMap(([event]) => codeIn(event)).sort()).toEqual([...known].sort());
  });

  it('has every event of the server with every field of its data, and no others', () => {
    expect(fieldsByName(serverEvents)).toEqual(
      sorted({ ...types.fieldsOf('ServerEvents'), phase_change: [] }),
    );
  });

  it('has every phase with every field of its data, and no others', () => {
    expect(fieldsByName(tableOf(PROTOCOL, 'phase'))).toEqual(sorted(types.fieldsOf('PhaseData')));
  });

  it('has every field of a phase_change, and no others', () => {
    const [, fields = ''] = /^`\{(phase, round, [^}]*)\}`/m.exec(PROTOCOL) ?? [];
    const { phase_change = [] } = types.fieldsOf('ServerEvents');
    expect(fields.replaceAll('[]', '').split(', ').sort()).toEqual([...phase_change].sort());
  });

  it('has every field of a room in the list, and no others', () => {
    const [, fields] = /^Room summary: ([^.]*)\./m.exec(PROTOCOL) ?? [];
    expect(fieldsIn(fields).toSorted()).toEqual(Object.keys(types.fieldsOf('RoomSummary')).sort());
  });

  it('has the avatar colours of the code', () => {
    const colours = AVATAR_COLOURS.map((colour) => `\`${colour}\``).join(', ');
    expect(PROTOCOL.replaceAll(/\s+/g, ' ')).toContain(colours);
  });

  it('has the paths of the HTTP API that are deployed', () => {
    const rows = tableOf(PROTOCOL, 'path').map(([path]) => codeIn(path)[0]?.replace(/\?.*/, ''));
    const deployed = Object.values(service.functions).flatMap(({ events = [] }) =>
      events.flatMap(({ httpApi }) => httpApi ?? []),
    );
    expect(rows.toSorted()).toEqual(deployed.toSorted());
  });
});

describe('figures', () => {
  it('that the README quotes stand in the page that npm run bench has written', () => {
    const measured = tablesOf(read('docs/numbers.md'), 'figure').flat();
    const quoted = tableOf(README, 'figure');
    expect(quoted.length).toBeGreaterThan(0);
    expect(measured).toEqual(expect.arrayContaining([...quoted]));
  });
});

describe('folders', () => {
  const lint = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
    readonly forbidden: readonly {
      readonly from: { readonly path?: string };
      readonly to: { readonly pathNot?: string };
    }[];
  };
  /** Folder to the others that it may import, from the patterns of the lint rule. */
  const mayImport = Object.fromEntries(
    lint.forbidden.flatMap(({ from, to }) => {
      const [, folder] = /^\^src\/(\w+)\/$/.exec(from.path ?? '') ?? [];
      const [, folders] = /^\^src\/\(([\w|]+)\)\/$/.exec(to.pathNot ?? '') ?? [];
      return folder === undefined || folders === undefined ? [] : [[folder, folders.split('|').slice(1)]];
    }),
  );

  it.each(['README.md', 'docs/architecture.md'])('may import in %s what the lint rule allows', (document) => {
    const rows = tableOf(read(document), 'folder').map(([folder, , imports = '']) => [
      codeIn(folder)[0]?.replace('src/', ''),
      imports === 'nothing' ? [] : imports.split(', '),
    ]);
    expect(Object.fromEntries(rows)).toEqual(mayImport);
  });
});

describe('links', () => {
  it.each(DOCUMENTS)('of %s lead to a file, and to a heading of it', (document) => {
    expect(brokenLinksOf(document)).toEqual([]);
  });

  it('lead from the list of decisions to each of them', () => {
    const list = read('docs/decisions/README.md');
    const files = readdirSync(join(ROOT, 'docs/decisions')).filter((file) => file !== 'README.md');
    expect(files.filter((file) => !list.includes(`(${file})`))).toEqual([]);
  });

  it.each(DOCUMENTS)('written as code in %s name files that there are', (document) => {
    const named = codeIn(read(document)).filter((code) =>
      /^(?:src|scripts|tests|docs|statemachines)\/[\w./-]+$/.test(code),
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

type Fields = Readonly<Record<string, readonly string[]>>;

/** The fields in the second cell of each row, for each name in its first. */
function fieldsByName(rows: readonly (readonly string[])[]): Fields {
  return sorted(
    Object.fromEntries(
      rows.flatMap(([names, fields]) => codeIn(names).map((name) => [name, fieldsIn(fields)] as const)),
    ),
  );
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, names]) => [name, names.toSorted()]));
}
