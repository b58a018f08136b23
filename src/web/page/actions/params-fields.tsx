/** Forms made from the schemas of tasks' params, with the schemas' own bounds and errors. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JsonObject } from '../../../plan/types.js';
import { chainPath, taskPath } from '../client/paths.js';
import type { Fault } from '../client/problem.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { type Field, fieldsOf, readForm } from './schema-form.js';
import { faultOf, Labelled } from './wish-fields.js';

/** What stands in the forms of a chain's tasks, and whether all of it can be sent. */
interface OfTasks {
  params: Record<string, JsonObject>;
  unfit: string[];
}

/** Those of all tasks of a chain, each under its name, folded until they are wanted. */
export function ChainParamsFields({ chain, faults, change }: Omit<ParamsFieldsProps, 'task' | 'under'> & { chain: string }) {
  const { t } = useSpeech();
  const { data } = useView<{ tasks: { id: string }[] }>(chainPath(chain));
  const [wanted, setWanted] = useState(false);
  const said = useRef<OfTasks>({ params: {}, unfit: [] });
  const heard = (task: string, params: JsonObject, fine: boolean): void => {
    const { [task]: _, ...others } = said.current.params;
    said.current = {
      params: Object.keys(params).length === 0 ? others : { ...others, [task]: params },
      unfit: [...said.current.unfit.filter((one) => one !== task), ...(fine ? [] : [task])],
    };
    change(said.current.params, said.current.unfit.length === 0);
  };
  if (data === null) return null;
  return (
    <details onToggle={(event) => setWanted(event.currentTarget.open || wanted)}>
      <summary class="quiet">{t.paramsOfTasks}</summary>
      {wanted && (
        <div class="params-of-chain">
          {data.tasks.map(({ id }) => (
            <ParamsFields key={id} task={id} under={id} faults={faults} change={(params, fine) => heard(id, params, fine)} />
          ))}
        </div>
      )}
    </details>
  );
}

export interface ParamsFieldsProps {
  task: string;
  /** The name they stand under, where they are not the only ones. */
  under?: string;
  faults: readonly Fault[];
  /** @param fine whether all of it can be sent */
  change: (params: JsonObject, fine: boolean) => void;
}

export function ParamsFields({ task, under, faults, change }: ParamsFieldsProps) {
  const { t } = useSpeech();
  const { data } = useView<{ paramsSchema: JsonObject | null }>(taskPath(task));
  const fields = useMemo(() => fieldsOf(data?.paramsSchema ?? null), [data]);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const reading = useMemo(() => readForm(fields, typed), [fields, typed]);
  // Before anything is painted: Enter may follow the last key at once.
  useLayoutEffect(() => change(reading.params, Object.keys(reading.mistakes).length === 0), [reading]);
  if (data === null || (fields.length === 0 && under === undefined)) return null;
  if (fields.length === 0) return <p class="quiet">{t.takesNone(under!)}</p>;
  return (
    <fieldset class="params">
      <legend class="quiet">{under ?? t.params}</legend>
      {fields.map((field) => {
        const mistake = reading.mistakes[field.name];
        // Nobody is told off before anything was typed.
        const own = mistake === undefined || typed[field.name] === undefined ? null : t.mistake[mistake](boundOf(field, mistake));
        return (
          <Labelled
            key={field.name}
            word={field.required ? field.name : `${field.name} (${t.optional})`}
            hint={hintOf(field)}
            fault={own ?? faultOf(faults, ['params', ...(under === undefined ? [] : [under]), field.name].join('/'))}
          >
            <Input
              field={field}
              text={typed[field.name] ?? field.initial}
              type={(text) => setTyped({ ...typed, [field.name]: text })}
            />
          </Labelled>
        );
      })}
    </fieldset>
  );

  function hintOf({ hint, minimum, maximum }: Field): string | null {
    const [least, most] = [minimum?.toString() ?? null, maximum?.toString() ?? null];
    const bounds =
      least !== null && most !== null
        ? t.bounds(least, most)
        : least !== null
          ? t.atLeast(least)
          : most !== null
            ? t.atMost(most)
            : null;
    return [hint, bounds].filter(Boolean).join(', ') || null;
  }
}

function boundOf({ minimum, maximum }: Field, mistake: string): string {
  return String(mistake === 'minimum' ? minimum : maximum);
}

function Input({ field, text, type }: { field: Field; text: string; type: (text: string) => void }) {
  switch (field.input) {
    case 'checkbox':
      return <input type="checkbox" checked={text === 'true'} onChange={(event) => type(String(event.currentTarget.checked))} />;
    case 'choice':
      return (
        <select value={text} onChange={(event) => type(event.currentTarget.value)}>
          {!field.choices.includes(text) && <option value="" />}
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    case 'json':
      return <textarea rows={3} spellcheck={false} value={text} onInput={(event) => type(event.currentTarget.value)} />;
    default:
      return (
        <input
          type="text"
          inputMode={field.input === 'number' ? 'decimal' : undefined}
          autocomplete="off"
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
        />
      );
  }
}
