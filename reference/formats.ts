/**
 * Prints the page of formats: a table for each object of each JSON Schema in `schema/`.
 *
 * Known weakness: the tables show types, bounds and required properties. Conditions between properties are shown only
 * if a description mentions them.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** The part of JSON Schema that the files in `schema/` use. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean | null;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly then?: Schema;
  readonly else?: Schema;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Row {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** Empty if the schema has no description. */
  readonly meaning: string;
}

/** The schemas by file name without `.json`, sorted. */
export function readSchemas(): ReadonlyMap<string, Schema> {
  const names = readdirSync('schema').sort();
  return new Map(
    names.map((name) => [
      name.replace(/\.json$/, ''),
      JSON.parse(readFileSync(`schema/${name}`, 'utf8')) as Schema,
    ]),
  );
}

export function printFormats(): string {
  const schemas = readSchemas();
  const intro = [
    '# Formats',
    '',
    'What llpc writes and reads as JSON, from the JSON Schemas in [schema/](../../schema). `a[].b` is the property `b` of each element of the',
    'list `a`, `a.*` any property of `a`. Where an object has one of several forms, each has a table of its own, or the rows say which.',
    '',
    ...[...schemas].map(([name, { title = name }]) => `- [${name}](#${name}): ${title}`),
  ];
  return [...intro, ...[...schemas].flatMap(([name, schema]) => section(name, schema)), ''].join('\n');
}

function section(name: string, schema: Schema): string[] {
  const defs = Object.entries(schema.$defs ?? {});
  return [
    '',
    `## ${name}`,
    '',
    `${schema.title ?? ''}. [Schema](../../schema/${name}.json).`,
    ...tables(name, schema, schema),
    ...defs.flatMap(([def, inner]) => ['', `### ${name}: ${def}`, '', ...tables(name, schema, inner)]),
  ];
}

/** The table of a schema, or its type if it has no properties. */
function tables(name: string, root: Schema, schema: Schema): string[] {
  const about = schema.description === undefined ? [] : [`${sentence(schema.description)}`];
  const rows = rowsOf(name, root, schema, '');
  if (rows.length === 0) return ['', ...about, `Type: ${typeOf(name, schema)}.`];
  const shown = rows.map(
    ({ path, type, required, meaning }) =>
      `| \`${path}\` | ${cell(type)} | ${required ? 'yes' : ''} | ${cell(meaning)} |`,
  );
  return [
    '',
    ...about,
    '',
    '| property | type | required | meaning |',
    '| --- | --- | --- | --- |',
    ...shown,
  ];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The rows of a schema: one for each property, followed by those of its inner objects. Each form adds its rows. */
export function rowsOf(name: string, root: Schema, schema: Schema, prefix: string): Row[] {
  const required = new Set(schema.required);
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, inner]): Row[] => {
    if (inner === false) return [];
    const path = `${prefix}${key}`;
    const row = {
      path,
      type: typeOf(name, inner),
      required: required.has(key),
      meaning: meaningOf(root, inner),
    };
    return [row, ...inside(name, root, inner, path)];
  });
  const open = schema.additionalProperties;
  const any: Row[] =
    typeof open === 'object'
      ? [
          {
            path: `${prefix}*`,
            type: typeOf(name, open),
            required: false,
            meaning: open.description ?? 'any name',
          },
        ]
      : [];
  return [...own, ...any, ...formsOf(schema).flatMap((form) => rowsOf(name, root, form, prefix))];
}

/** The rows of the inner objects of a property. A reference has its own table, so it adds none. */
function inside(name: string, root: Schema, schema: Schema, path: string): Row[] {
  if (schema.$ref !== undefined) return [];
  const items = schema.items === undefined ? [] : inside(name, root, schema.items, `${path}[]`);
  const forms = formsOf(schema).flatMap((form) => inside(name, root, form, path));
  return [
    ...items,
    ...forms,
    ...rowsOf(name, root, { ...schema, oneOf: [], anyOf: [], then: {}, else: {} }, `${path}.`),
  ];
}

/** The meaning of a property: its own description, or that of the schema to which it refers. */
function meaningOf(root: Schema, { description, $ref }: Schema): string {
  return description ?? root.$defs?.[$ref?.replace('#/$defs/', '') ?? '']?.description ?? '';
}

const formsOf = ({ oneOf = [], anyOf = [], then, else: other }: Schema): Schema[] =>
  [...oneOf, ...anyOf, ...(then === undefined ? [] : [then]), ...(other === undefined ? [] : [other])].filter(
    (form) => Object.keys(form).length > 0,
  );

function typeOf(name: string, schema: Schema): string {
  if (schema.$ref !== undefined) {
    const def = schema.$ref.replace('#/$defs/', '');
    return `[${def}](#${`${name}-${def}`.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((v) => `\`${JSON.stringify(v)}\``).join(', ');
  if (schema.items !== undefined) return `list of ${typeOf(name, schema.items)}`;
  const forms = formsOf(schema).map((form) => typeOf(name, form));
  if (forms.length > 0) return [...new Set(forms)].join(' or ');
  return plainType(schema);
}

function plainType({ type = 'object', pattern, minimum, maximum }: Schema): string {
  const types = typeof type === 'string' ? [type] : type;
  const bounds = [
    ...(minimum === undefined ? [] : [`≥ ${String(minimum)}`]),
    ...(maximum === undefined ? [] : [`≤ ${String(maximum)}`]),
  ];
  const shape = pattern === undefined ? '' : `, \`${pattern}\``;
  return `${types.join(' or ')}${bounds.length > 0 ? ` ${bounds.join(', ')}` : ''}${shape}`;
}
