/** Validates data against the JSON Schemas of the package, with messages for people. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { defined } from '../base/assert.js';
import { packageFile } from '../base/package.js';
import { nearestName } from '../diagnostics/suggest.js';

const VALIDATORS = new Map<string, ValidateFunction>();

/** Returns the faults in the data, one line each; none when it is valid. `schema`: a file of the package's folder `schema`. */
export async function validateAgainst(schema: string, data: unknown): Promise<string[]> {
  const validate = VALIDATORS.get(schema) ?? (await compileSchema(schema));
  if (validate(data)) return [];
  return [
    ...new Set((validate.errors ?? []).filter((e) => !COMPOUND.has(e.keyword)).map((e) => describe(e))),
  ];
}

/** Returns why `JSON.parse` failed, on one line: its message can quote the text with line breaks. */
export function jsonFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `it is not JSON: ${message.replace(/\s+/g, ' ')}`;
}

/** Keywords whose errors only repeat that an inner keyword failed. */
const COMPOUND = new Set(['oneOf', 'anyOf', 'if']);

async function compileSchema(schema: string): Promise<ValidateFunction> {
  // Loaded on demand, because the module takes a third of the compiler's start-up time.
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true });
  const validate = ajv.compile(JSON.parse(readSchema(schema)) as object);
  VALIDATORS.set(schema, validate);
  return validate;
}

function readSchema(schema: string): string {
  return defined(packageFile(`schema/${schema}`), 'the package has its schemas').text;
}

function describe(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'the file' : `\`${error.instancePath}\``;
  if (error.keyword === 'additionalProperties') {
    const name = String((error.params as { additionalProperty?: unknown }).additionalProperty);
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const near = nearestName(name, known);
    return `${where} has an unknown field \`${name}\`${near === undefined ? '' : `: did you mean \`${near}\`?`}`;
  }
  return `${where} ${ruleText(error)}`;
}

/** Returns the requirement of the schema as text. It replaces messages of ajv that do not name the values. */
function ruleText(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return `needs the field \`${String(params['missingProperty'])}\``;
    case 'enum':
      return enumText((params['allowedValues'] as readonly unknown[]).map(String), error.data);
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'pattern':
      return params['pattern'] === '^/' ? 'must begin with `/`' : (error.message ?? '');
    case 'type':
      return `must be ${typeText(String(params['type']))}`;
    case 'false schema':
      return 'does not go together with the fields beside it';
    default:
      return error.message ?? 'does not fit the schema';
  }
}

/** Returns the allowed words, with a suggestion if the value is near one of them. */
function enumText(known: readonly string[], data: unknown): string {
  const all = `must be one of ${known.join(', ')}`;
  const near = typeof data === 'string' ? nearestName(data, known) : undefined;
  return near === undefined ? all : `${all}: did you mean \`${near}\`?`;
}

/** Returns the names of JSON Schema types with their articles. */
function typeText(types: string): string {
  return types
    .split(',')
    .map((type) => (type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`))
    .join(' or ');
}
