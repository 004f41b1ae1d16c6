// What the tables of docs/protocol.md say of each event.

export interface Descriptions {
  readonly client: ReadonlyMap<string, string>;
  readonly server: ReadonlyMap<string, string>;
  /** Events of either side that belong to the lobby. */
  readonly lobby: ReadonlySet<string>;
}

/** Server frames that a lobby connection gets; the tables name places for client frames only. */
const LOBBY_ANSWERS = ['pong', 'error', 'room_list_update', 'room_created', 'room_joined'];

export function describeEvents(protocol: string): Descriptions {
  const client = rowsOf(protocol, 'Client frame');
  const server = rowsOf(protocol, 'Server frame');
  const lobby = client
    .filter(([, , where = '']) => /lobby|both/.test(where))
    .flatMap(([events]) => namesIn(events));
  return {
    client: new Map(
      client.flatMap(([events, , where = '', does = '']) => named(events, `${does} (${where})`)),
    ),
    server: new Map(server.flatMap(([events, data = '']) => named(events, data))),
    lobby: new Set([...lobby, ...LOBBY_ANSWERS]),
  };
}

function named(cell: string | undefined, text: string): readonly (readonly [string, string])[] {
  return namesIn(cell).map((name) => [name, plain(text)] as const);
}

function namesIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`(\w+)`/g)].flatMap(([, name]) => name ?? []);
}

/** Links and emphasis are of no use outside the page. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\](\([^)]*\))?/g, '$1').replaceAll(/_(new[^_]*)_/g, '$1');
}

/** The cells of the first table under a heading, without its head. */
function rowsOf(text: string, heading: string): readonly (readonly string[])[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
