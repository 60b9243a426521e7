/** @file One setting: a label and what it may be. */
export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  /** What people read instead of the value. */
  readonly titles?: Readonly<Record<string, string>>;
  /** What it does, in a line, where one asks for it. */
  readonly hint?: string | undefined;
  /** @default false */
  readonly disabled?: boolean;
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({
  label,
  value,
  options,
  titles,
  hint,
  disabled = false,
  onChange,
}: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select title={hint} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {titles?.[option] ?? option}
          </option>
        ))}
      </select>
    </label>
  );
}
