/** @file The fields of a form. What is typed and is no value stays where it is, with a sentence; the setting stays as it was. */
import { ruleOf, showValue, type Field } from "@gen/cli/options";
import { useId, useState } from "react";
import { complaint, idle, labelOf, type Form, type Told } from "./form.js";

export interface FieldsProps {
  readonly form: Form;
  readonly told: Told;
  readonly onChange: (name: string, value: unknown) => void;
  readonly isLocked: (name: string) => boolean;
  /** Whether what an option does stands below it, or is only told when one asks. */
  readonly isTold?: boolean;
}

export function FormFields({ form, told, onChange, isLocked, isTold = false }: FieldsProps) {
  return form.shown.map((name) => {
    const field = form.schema.fields[name]!;
    const without = idle(form, told, name);
    return (
      <OptionField
        key={name}
        {...{ name, field, isTold }}
        value={told[name] ?? field.default}
        help={without === undefined ? field.description : `${field.description} (${without})`}
        disabled={isLocked(name) || without !== undefined}
        onChange={(value) => onChange(name, value)}
      />
    );
  });
}

interface OptionFieldProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  readonly help: string;
  readonly isTold: boolean;
  readonly disabled: boolean;
  readonly onChange: (value: unknown) => void;
}

function OptionField({ name, field, value, help, isTold, disabled, onChange }: OptionFieldProps) {
  const id = useId();
  const [typed, type] = useState<string>();
  const wrong = typed === undefined ? undefined : complaint(name, field, typed);
  const about = { id, disabled, title: help, "aria-describedby": `${id}-help` };
  const take = (words: string): void => {
    type(words);
    if (complaint(name, field, words) === undefined) onChange(ruleOf(field).read(words));
  };
  return (
    <div className="option">
      <label htmlFor={id}>
        {labelOf(name)}
        {field.unit === undefined || field.unit === "rows" ? null : <span>, {field.unit}</span>}
      </label>
      {field.kind === "choice" ? (
        <select {...about} value={String(value)} onChange={(event) => onChange(event.target.value)}>
          {field.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : field.kind === "boolean" ? (
        <input
          {...about}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      ) : (
        <input
          {...about}
          type="text"
          inputMode={field.kind === "integer" ? "numeric" : "decimal"}
          autoComplete="off"
          value={typed ?? showValue(value)}
          aria-invalid={wrong !== undefined}
          onChange={(event) => take(event.target.value)}
          onBlur={() => {
            if (wrong === undefined) type(undefined);
          }}
        />
      )}
      <small id={`${id}-help`} className={wrong !== undefined ? "wrong" : isTold ? undefined : "unseen"}>
        {wrong ?? help}
      </small>
    </div>
  );
}

/** Goes to the first field of the page whose words are no value. @returns whether there is one */
export function findsWrong(): boolean {
  const wrong = document.querySelector<HTMLElement>("main [aria-invalid=true]");
  wrong?.closest("details")?.setAttribute("open", "");
  wrong?.focus();
  return wrong !== null;
}
