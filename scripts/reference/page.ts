// The AsyncAPI document as a page to read: every event with its fields.

import type { AsyncApi, JsonSchema, Message } from './asyncapi.ts';

export function createPage(api: AsyncApi): string {
  const messages = Object.values(api.components.messages);
  const of = (side: string) => messages.filter(({ name }) => name.startsWith(`${side}.`));
  const lines = [
    '# Reference of the protocol',
    '',
    'Made by `npm run reference` from the zod schemas that the server parses frames with and the smoke test checks them with.',
    `${api.info.description} The same for tools: [asyncapi.json](asyncapi.json). How it all fits together: [the wire](../protocol.md).`,
    '',
    '## Every frame',
    '',
    'A client’s:',
    '',
    ...fieldsOf(api.components.schemas['ClientFrame'] ?? {}),
    '',
    'The server’s:',
    '',
    ...fieldsOf(api.components.schemas['ServerFrame'] ?? {}),
    '',
    '## What a client says',
    ...of('client').flatMap(sectionOf),
    '',
    '## What a client hears',
    ...of('server').flatMap(sectionOf),
    '',
  ];
  return lines.join('\n');
}

function sectionOf({ name, title, summary, payload }: Message): readonly string[] {
  const data = dataOf(payload);
  const fields = data === null ? [] : bodyOf(data);
  const heading = name.startsWith('server.') ? `### ${title} (server)` : `### ${title}`;
  return ['', heading, '', sentence(summary), ...(fields.length === 0 ? [] : ['', ...fields])];
}

function sentence(text: string): string {
  const clean = text.replaceAll('\\|', '|').trim();
  return clean === '' || clean === '–' ? 'No data.' : `${clean[0]?.toUpperCase() ?? ''}${clean.slice(1)}.`;
}

function dataOf({ allOf = [] }: JsonSchema): JsonSchema | null {
  const own = allOf.find((part) => part.properties !== undefined);
  const data = own?.properties?.['data'];
  return isSchema(data) ? data : null;
}

/** A table of fields; for a choice of shapes one table each, by what tells them apart. */
function bodyOf(schema: JsonSchema): readonly string[] {
  const shapes = shapesOf(schema);
  if (shapes === undefined) return fieldsOf(schema);
  return shapes.flatMap((shape, index) => {
    const fields = fieldsOf(shape);
    return [...(index === 0 ? [] : ['']), `With ${tellingOf(shape)}:`, '', ...fields];
  });
}

/** The field that tells a shape from the others: the one with a fixed value, else the first. */
function tellingOf({ properties = {} }: JsonSchema): string {
  const fields = Object.entries(properties);
  const fixed = fields.find(([, field]) => isSchema(field) && field.const !== undefined);
  if (fixed === undefined) return `\`${fields[0]?.[0] ?? ''}\``;
  const [name, field] = fixed;
  return `\`${name}\` ${isSchema(field) ? typeOf(field) : ''}`;
}

function shapesOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] | undefined {
  return anyOf ?? oneOf;
}

function fieldsOf(schema: JsonSchema): readonly string[] {
  const rows = fieldRows(schema, '');
  return rows.length === 0 ? [] : ['| field | type | |', '| --- | --- | --- |', ...rows];
}

/** A row for each field, those of objects inside it after it. */
function fieldRows({ properties = {}, required = [] }: JsonSchema, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    if (!isSchema(field)) return [];
    const must = required.includes(name) ? '' : 'optional';
    const inner = innerOf(field);
    const nested = inner === null ? [] : fieldRows(inner.schema, `${prefix}${name}${inner.suffix}.`);
    return [`| \`${prefix}${name}\` | ${typeOf(field)} | ${must} |`, ...nested];
  });
}

interface Inner {
  readonly schema: JsonSchema;
  readonly suffix: string;
}

/** The object whose fields are worth rows of their own: the field itself, an item of its list, a value of its map. */
function innerOf(field: JsonSchema): Inner | null {
  const some = shapesOf(field)?.filter(({ type }) => type !== 'null') ?? [];
  if (some.length === 1 && some[0] !== undefined) return innerOf(some[0]);
  if (field.properties !== undefined) return { schema: field, suffix: '' };
  if (isSchema(field.items)) return within(innerOf(field.items), '[]');
  return isSchema(field.additionalProperties) ? within(innerOf(field.additionalProperties), '.*') : null;
}

function within(inner: Inner | null, suffix: string): Inner | null {
  return inner === null ? null : { schema: inner.schema, suffix: `${suffix}${inner.suffix}` };
}

const MOST_LITERALS = 12;

function typeOf(field: JsonSchema): string {
  const shapes = shapesOf(field);
  if (shapes !== undefined) return [...new Set(shapes.map(typeOf))].join(' or ');
  if (field.const !== undefined) return literal(field.const);
  if (field.enum !== undefined) return literals(field.enum);
  if (isSchema(field.items)) return `list${lengthOf(field)} of ${typeOf(field.items)}`;
  if (isSchema(field.additionalProperties)) return `map by name of ${typeOf(field.additionalProperties)}`;
  const type: unknown = field.type ?? 'anything';
  return `${Array.isArray(type) ? type.join(' or ') : String(type)}${rangeOf(field)}`;
}

const literal = (value: unknown): string => `\`${String(value)}\``;

function literals(values: readonly unknown[]): string {
  const shown = values.slice(0, MOST_LITERALS).map(literal).join(', ');
  return values.length > MOST_LITERALS ? `${shown} and ${values.length - MOST_LITERALS} more` : shown;
}

function rangeOf({ minimum, maximum, pattern }: JsonSchema): string {
  if (pattern !== undefined) return ` \`${pattern.replaceAll('|', '\\|')}\``;
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : `, at least ${minimum}`;
}

function lengthOf({ minItems, maxItems }: JsonSchema): string {
  if (minItems === undefined || maxItems === undefined) return '';
  return minItems === maxItems ? ` of ${minItems}` : ` of ${minItems} to ${maxItems}`;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
