// The wire as an AsyncAPI 3.0 document: two channels (the lobby, a room), a message for every event in each direction.

import * as z from 'zod/mini';
import { CLIENT_EVENTS, Envelope, MAX_FRAME_BYTES, PieceIndices } from '../../src/protocol/client-frames.ts';
import { SERVER_DATA, ServerEnvelope } from '../play/frames.ts';
import { describeEvents } from './descriptions.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
/** Parts of the document whose shape is AsyncAPI's business (tests/unit/reference.test.ts checks it). */
type Part = Readonly<Record<string, unknown>>;
export interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly payload: JsonSchema;
}
export interface AsyncApi {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: 'application/json';
  readonly servers: Part;
  readonly channels: Part;
  readonly operations: Part;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Part;
  };
}

type Side = 'client' | 'server';

/** The document; `protocol` is the text of docs/protocol.md. Throws when an event has no description there. */
export function createAsyncApi(protocol: string): AsyncApi {
  const described = describeEvents(protocol);
  const client = [...CLIENT_EVENTS.keys()].map((event) =>
    messageOf('client', event, dataOfClient(event), described.client),
  );
  const server = Object.entries(SERVER_DATA).map(([event, schema]) =>
    messageOf('server', event, jsonSchema(schema), described.server),
  );
  const messages = Object.fromEntries([...client, ...server].map((message) => [message.name, message]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Liap Tui',
      version: '1.0.0',
      description: `JSON text frames over a WebSocket. A frame of a client is ${MAX_FRAME_BYTES} bytes at the most. Sessions, errors and the order of frames: docs/protocol.md.`,
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:8080', protocol: 'ws', description: 'npm start' },
      stage: {
        host: '{domain}',
        protocol: 'wss',
        description: 'The address that a deployment prints',
        variables: { domain: { description: 'Domain of the CloudFront distribution, or one’s own' } },
        security: [
          { $ref: '#/components/securitySchemes/cookie' },
          { $ref: '#/components/securitySchemes/query' },
        ],
      },
    },
    channels: channelsFor(client, server, described.lobby),
    operations: {
      say: operation('receive', 'What a client says'),
      hear: operation('send', 'What a client hears'),
    },
    components: {
      messages,
      schemas: { ClientFrame: envelopeOf('client'), ServerFrame: envelopeOf('server') },
      securitySchemes: {
        cookie: {
          type: 'httpApiKey',
          in: 'cookie',
          name: 'liap_session',
          description: 'Comes with the page',
        },
        query: {
          type: 'httpApiKey',
          in: 'query',
          name: 'session',
          description: 'From POST /api/session, for clients without cookies',
        },
      },
    },
  };
}

function channelsFor(
  client: readonly Message[],
  server: readonly Message[],
  lobby: ReadonlySet<string>,
): Part {
  const refs = (messages: readonly Message[]) =>
    Object.fromEntries(messages.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]));
  return {
    room: {
      address: '/ws/{room_id}',
      description: 'One room: its seats, its game, and who watches',
      parameters: { room_id: { description: 'The room’s code; case does not matter' } },
      messages: refs([...client, ...server]),
    },
    lobby: {
      address: '/ws/lobby',
      description: 'The list of rooms',
      messages: refs([...client, ...server].filter(({ title }) => lobby.has(title))),
    },
  };
}

function operation(action: 'send' | 'receive', summary: string): Part {
  return { action, summary, channel: { $ref: '#/channels/room' } };
}

function messageOf(
  side: Side,
  event: string,
  data: JsonSchema,
  summaries: ReadonlyMap<string, string>,
): Message {
  const summary = summaries.get(event);
  if (summary === undefined) throw new Error(`docs/protocol.md does not say what ${event} is for`);
  return {
    name: `${side}.${event}`,
    title: event,
    summary,
    payload: {
      allOf: [
        { $ref: `#/components/schemas/${side === 'client' ? 'ClientFrame' : 'ServerFrame'}` },
        { type: 'object', properties: { event: { const: event }, data }, required: ['event'] },
      ],
    },
  };
}

function envelopeOf(side: Side): JsonSchema {
  return jsonSchema(side === 'client' ? Envelope : ServerEnvelope);
}

function dataOfClient(event: string): JsonSchema {
  const schema = CLIENT_EVENTS.get(event);
  if (schema === undefined) throw new Error(`No client event ${event}`);
  // Either name of the field will do; the schema itself takes anything there before it looks closer.
  if (event === 'play' || event === 'play_pieces') {
    const indices = jsonSchema(PieceIndices);
    return {
      type: 'object',
      anyOf: ['piece_indices', 'indices'].map((name) => ({
        properties: { [name]: indices },
        required: [name],
      })),
    };
  }
  return jsonSchema(schema);
}

/** A schema as JSON Schema draft 7, which AsyncAPI is based on. */
function jsonSchema(schema: z.ZodMiniType): JsonSchema {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => {
      // Bounds that every integer has say nothing.
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
    },
  });
  return rest;
}
