import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../../src/plan/types.js';
import { fieldsOf, readForm } from '../../../src/web/page/actions/schema-form.js';

function fieldsFor(schema: z.ZodType) {
  return fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonObject);
}

describe('a form made from a schema', () => {
  const fields = fieldsFor(
    z.object({
      limit: z.number().int().max(500).default(100).describe('Contributions at a time'),
      ratio: z.number().min(0).optional(),
      language: z.enum(['fr', 'en']),
      force: z.boolean().default(false),
      since: z.string(),
      pages: z.array(z.string()).optional(),
    }),
  );

  test('has an input for each param, of the kind that fits', () => {
    expect(fields.map(({ name, input, required, initial }) => [name, input, required, initial])).toEqual([
      ['limit', 'number', false, '100'],
      ['ratio', 'number', false, ''],
      ['language', 'choice', true, ''],
      ['force', 'checkbox', false, 'false'],
      ['since', 'text', true, ''],
      ['pages', 'json', false, ''],
    ]);
    expect(fields[0]).toMatchObject({ hint: 'Contributions at a time', minimum: null, maximum: 500, whole: true });
    expect(fields[1]).toMatchObject({ minimum: 0, maximum: null, whole: false });
  });

  test('sends what was typed, and leaves out what stands at its default', () => {
    const typed = { limit: '20', ratio: '0,5', language: 'en', force: 'true', since: 'monday', pages: '["a"]' };
    expect(readForm(fields, typed)).toEqual({
      params: { limit: 20, ratio: 0.5, language: 'en', force: true, since: 'monday', pages: ['a'] },
      mistakes: {},
    });
    expect(readForm(fields, { language: 'fr', since: 'x', limit: '100' }).params).toEqual({ language: 'fr', since: 'x' });
  });

  test('says of each field what is wrong with it', () => {
    const typed = { limit: '501', ratio: '-1', pages: '[', since: '' };
    expect(readForm(fields, typed).mistakes).toEqual({
      ...{ limit: 'maximum', ratio: 'minimum', language: 'required', since: 'required', pages: 'json' },
    });
    expect(readForm(fields, { limit: 'many' }).mistakes).toMatchObject({ limit: 'number' });
    expect(readForm(fields, { limit: '1.5' }).mistakes).toMatchObject({ limit: 'whole' });
  });

  test('is empty for a task without params', () => {
    expect(fieldsOf(null)).toEqual([]);
    expect(fieldsFor(z.object({}))).toEqual([]);
  });
});
