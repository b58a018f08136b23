/** A form made from a task's params schema: which fields it has, and what they mean as params. */
import type { Json, JsonObject } from '../../../plan/types.js';

export interface Field {
  name: string;
  /** `json`: what has no simpler input is written as JSON. */
  input: 'text' | 'number' | 'checkbox' | 'choice' | 'json';
  choices: string[];
  required: boolean;
  /** As it stands in the input where nobody typed anything. */
  initial: string;
  /** What the schema says of it, in its own words. */
  hint: string | null;
  minimum: number | null;
  maximum: number | null;
  /** Only whole numbers. */
  whole: boolean;
}

export type FieldMistake = 'required' | 'number' | 'whole' | 'json' | 'minimum' | 'maximum';

export interface FormReading {
  params: JsonObject;
  mistakes: Record<string, FieldMistake>;
}

/** The fields of a JSON schema of an object; none where it allows no params. */
export function fieldsOf(schema: JsonObject | null): Field[] {
  const properties = objectOf(schema?.['properties']);
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, value]) => fieldOf(name, objectOf(value), required.includes(name)));
}

/** What was typed, as params. A field that stands at its default is left out: the schema fills it in. */
export function readForm(fields: readonly Field[], typed: Readonly<Record<string, string>>): FormReading {
  const reading: FormReading = { params: {}, mistakes: {} };
  for (const field of fields) {
    const text = typed[field.name] ?? field.initial;
    if (text === field.initial && !(field.required && text !== '')) {
      if (field.required) reading.mistakes[field.name] = 'required';
      continue;
    }
    const value = valueOf(field, text);
    if (typeof value === 'object' && value !== null && 'mistake' in value) reading.mistakes[field.name] = value.mistake;
    else if (value !== undefined) reading.params[field.name] = value.value;
  }
  return reading;
}

function valueOf(field: Field, text: string): { value: Json } | { mistake: FieldMistake } | undefined {
  switch (field.input) {
    case 'checkbox':
      return { value: text === 'true' };
    case 'number':
      return numberOf(field, text);
    case 'json':
      if (text.trim() === '') return field.required ? { mistake: 'required' } : undefined;
      try {
        return { value: JSON.parse(text) as Json };
      } catch {
        return { mistake: 'json' };
      }
    case 'choice':
      return text === '' ? undefined : { value: text };
    case 'text':
      return { value: text };
  }
}

function numberOf(field: Field, text: string): { value: Json } | { mistake: FieldMistake } | undefined {
  if (text.trim() === '') return field.required ? { mistake: 'required' } : undefined;
  const value = Number(text.trim().replace(',', '.'));
  if (!Number.isFinite(value)) return { mistake: 'number' };
  if (field.whole && !Number.isInteger(value)) return { mistake: 'whole' };
  if (field.minimum !== null && value < field.minimum) return { mistake: 'minimum' };
  if (field.maximum !== null && value > field.maximum) return { mistake: 'maximum' };
  return { value };
}

function fieldOf(name: string, schema: JsonObject, required: boolean): Field {
  const { input, choices } = inputOf(schema);
  const initial = schema['default'];
  return {
    ...{ name, input, choices, required: required && initial === undefined },
    initial:
      initial === undefined
        ? input === 'checkbox'
          ? 'false'
          : ''
        : typeof initial === 'string'
          ? initial
          : JSON.stringify(initial),
    hint: typeof schema['description'] === 'string' ? schema['description'] : null,
    minimum: boundOf(schema['minimum'], schema['exclusiveMinimum']),
    maximum: boundOf(schema['maximum'], schema['exclusiveMaximum']),
    whole: schema['type'] === 'integer',
  };
}

function inputOf(schema: JsonObject): { input: Field['input']; choices: string[] } {
  const choices = Array.isArray(schema['enum']) ? schema['enum'] : [];
  if (choices.length > 0 && choices.every((choice) => typeof choice === 'string')) return { input: 'choice', choices };
  switch (schema['type']) {
    case 'string':
      return { input: 'text', choices: [] };
    case 'number':
    case 'integer':
      return { input: 'number', choices: [] };
    case 'boolean':
      return { input: 'checkbox', choices: [] };
    default:
      return { input: 'json', choices: [] };
  }
}

/** zod writes the largest safe integers where a number has no bound of its own: they say nothing to people. */
function boundOf(bound: Json | undefined, exclusive: Json | undefined): number | null {
  const value = typeof bound === 'number' ? bound : typeof exclusive === 'number' ? exclusive : null;
  return value === null || Math.abs(value) === Number.MAX_SAFE_INTEGER ? null : value;
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
